import { type Agent, SessionManager, type SessionResource, type ToolProvider } from '@sess/core'
import { PromptComposer } from '@sess/prompt'
import { MemoryStore } from '@sess/store-memory'
import { globalParts, orgParts, userParts } from './prompt-parts.ts'

/** Wires the packages: a store, an agent, a prompt composer, resources, tools and some limits make a manager. */
export function demoManager(
  agent: Agent,
  resources: readonly SessionResource[] = [],
  tools?: ToolProvider,
): SessionManager {
  return new SessionManager({
    store: new MemoryStore(),
    agent,
    promptComposer: new PromptComposer({ global: globalParts, org: orgParts, user: userParts }),
    resources,
    tools,
    limits: { sessionsPerUser: 3, chatsPerSession: 10 },
    expiry: { idleMs: 30 * 60_000 },
  })
}
