import type { SessEventName } from './events.ts'
import type { JsonObject } from './json.ts'
import type { Owner } from './owner.ts'

/** Who did what to which session, and how it ended. Never message content, prompts or tool arguments. */
export interface AuditEvent {
  readonly type:
    | Exclude<
        SessEventName,
        'message-added' | 'turn-started' | 'resource-failed' | 'mcp-client-changed' | 'sweep-ended'
      >
    | 'session-create-failed'
  /** When it happened, epoch ms by the clock of this process. */
  readonly at: number
  /** Whose data it was about. */
  readonly owner: Owner
  /** Who acted in the owner's place, as `manager.for(owner, { actor })` named them; null if nobody did. */
  readonly actor: string | null
  readonly sessionId: string | null
  readonly chatId: string | null
  readonly outcome: 'ok' | 'failed'
  readonly details: JsonObject
}

/** Where the trail of what happened is kept. */
export interface AuditLog {
  /** Resolves once the event is kept. */
  record(event: AuditEvent): Promise<void>
}
