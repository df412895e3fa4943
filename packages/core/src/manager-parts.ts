import type { Agent } from './agent.ts'
import type { Announcer } from './announcer.ts'
import type { Limits } from './limits.ts'
import type { LiveChats } from './live/live-chats.ts'
import type { Logger } from './logger.ts'
import type { PromptSource } from './prompt-source.ts'
import type { ResourceSet } from './resource-set.ts'
import type { SessionExpiry } from './store/session-records.ts'
import type { Store } from './store/store.ts'
import type { ToolProvider } from './tool-provider.ts'
import type { TurnDesk } from './turn-desk.ts'

/** What a manager shares with the sessions and chats it hands out. */
export interface ManagerParts {
  readonly store: Store
  readonly agent: Agent | null
  readonly limits: Limits
  readonly expiry: SessionExpiry
  readonly prompts: PromptSource
  readonly resources: ResourceSet
  readonly tools: ToolProvider | null
  readonly turns: TurnDesk
  readonly live: LiveChats
  readonly announcer: Announcer
  readonly logger: Logger
  /** @throws {@link SessError} `CLOSED` after the manager was closed. */
  assertOpen(): void
}
