import { join } from 'node:path'
import { createSessionManager, loadConfig } from '@sess/config'
import type { SessionManager } from '@sess/core'
import { workspaces } from '@sess/core/workspace'
import { PromptComposer } from '@sess/prompt'
import type { ChosenAgent } from '../chosen-agent.ts'
import { demoTools } from '../demo-tools.ts'
import { globalParts, orgParts, userParts } from '../prompt-parts.ts'
import { auditFile } from './audit-file.ts'
import { Happenings } from './happenings.ts'
import type { WebParts } from './web-parts.ts'

/** What the demo sets; variables (`SESSION_…`) win over it. Small limits, so that one sees them. */
const settings = {
  limits: { sessions_per_user: 6, chats_per_session: 6, bytes_per_message: '32KiB', context_keys: 24 },
  expiry: { idle: '30m' },
  cleanup: { interval: '1m' },
  // So soon another process's stop button is heard, and a chat is free again whose process has died.
  turns: { renew: '1s', lease: '5s' },
}

/** Wires the packages: the store that is configured, the agent, prompts, folders, tools, and the audit log. */
export async function webManager(
  agent: ChosenAgent,
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<WebParts> {
  const config = await loadConfig(settings, environment)
  const folders = workspaces(join(folder, 'workspaces'))
  const hub = demoTools()
  const audit = auditFile(join(folder, 'audit'))
  const happenings = new Happenings(audit.log)
  const manager = await createSessionManager(config, {
    agent: agent.agent,
    promptComposer: new PromptComposer({ global: globalParts, org: orgParts, user: userParts }),
    resources: [folders, hub],
    tools: hub,
    audit: happenings,
  })
  tellOfServers(manager, happenings)
  return { manager, store: config.store.type, agent, hub, folders, audit, happenings }
}

function tellOfServers(manager: SessionManager, happenings: Happenings): void {
  manager.on('mcp-client-changed', ({ owner, sessionId }) => happenings.tell(owner, { type: 'servers', sessionId }))
}
