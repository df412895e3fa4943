import type { ChatRecord } from './chat-record.ts'
import type { SessErrorCode } from './errors.ts'
import type { JsonObject } from './json.ts'
import type { Message } from './message.ts'
import type { Owner } from './owner.ts'
import type { SessionRecord } from './session-record.ts'

/** Which chat something happened in. */
export interface ChatPlace {
  readonly owner: Owner
  readonly sessionId: string
  readonly chatId: string
}

/** How a turn ended. `lost`: another process took the chat over, and nothing more was written. */
export type TurnOutcome = 'completed' | 'interrupted' | 'failed' | 'lost'

interface SessionEvent {
  readonly session: SessionRecord
}

interface ChatRecordEvent extends ChatPlace {
  readonly chat: ChatRecord
}

interface ResourceEvent {
  readonly owner: Owner
  readonly sessionId: string
  readonly outcome: 'ok' | 'failed'
  readonly details: JsonObject
}

/** What a manager tells its listeners. Each manager tells of what happened through it, not of what others did. */
export interface SessEvents {
  'session-created': SessionEvent
  'session-imported': SessionEvent
  'session-updated': SessionEvent
  'session-paused': SessionEvent
  'session-resumed': SessionEvent
  'session-archived': SessionEvent
  'session-restored': SessionEvent
  'session-closed': SessionEvent
  /** Expired, cleaned up and removed by this manager's sweep. At least once for each session. */
  'session-expired': SessionEvent
  'session-deleted': { readonly owner: Owner; readonly sessionId: string }
  /** All that a user had was removed. `failed`: sessions that the sweep goes on with. */
  'user-erased': { readonly owner: Owner; readonly sessions: number; readonly failed: number }
  'prompt-refreshed': { readonly session: SessionRecord; readonly previousDigest: string | null }
  'chat-created': ChatRecordEvent
  'chat-updated': ChatRecordEvent
  'chat-switched': ChatPlace
  'chat-rewound': ChatPlace & { readonly keepThrough: number }
  'chat-repaired': ChatPlace & {
    readonly closedCalls: number
    readonly droppedResults: number
    readonly movedResults: number
  }
  'chat-deleted': ChatPlace
  'message-added': ChatPlace & { readonly message: Message }
  'turn-started': ChatPlace & { readonly turnId: string }
  /** `error` is why, null if it was completed. */
  'turn-ended': ChatPlace & {
    readonly turnId: string
    readonly outcome: TurnOutcome
    readonly responseMs: number
    readonly error: unknown
  }
  /** Somebody asked for a session with an id that was not made for them. They were answered as if there were none. */
  'access-denied': { readonly owner: Owner; readonly sessionId: string | null }
  'limit-reached': { readonly owner: Owner; readonly sessionId: string | null; readonly code: SessErrorCode }
  'resource-failed': {
    readonly session: SessionRecord
    readonly resource: string
    readonly action: 'provision' | 'release' | 'destroy'
    readonly error: unknown
  }
  /** An MCP client went from one state to another: `server`, `from`, `to`, `generation`. Not audited. */
  'mcp-client-changed': ResourceEvent
  /** What MCP clients of a session do. Names, sizes and durations; never arguments, results or secrets. */
  'mcp-client-added': ResourceEvent
  'mcp-client-connected': ResourceEvent
  'mcp-client-failed': ResourceEvent
  'mcp-client-removed': ResourceEvent
  'mcp-tool-called': ResourceEvent
  /** Tools of a server were put in quarantine, accepted or removed. */
  'mcp-tools-changed': ResourceEvent
  'sweep-ended': { readonly expired: number; readonly failed: number; readonly durationMs: number }
}

/** The name of an event. */
export type SessEventName = keyof SessEvents

/** Takes an event. What it throws, and what it rejects with, is logged and harms nobody. */
export type SessListener<Name extends SessEventName> = (event: SessEvents[Name]) => void

/** Listeners by event. A listener that throws harms neither the others nor the caller. */
export class EventHub {
  readonly #listeners = new Map<SessEventName, Set<(event: SessEvents[SessEventName]) => unknown>>()
  readonly #onError: (error: unknown, name: SessEventName) => void

  constructor(onError: (error: unknown, name: SessEventName) => void) {
    this.#onError = onError
  }

  /** Adds a listener; the function it returns removes it. */
  on<Name extends SessEventName>(name: Name, listener: SessListener<Name>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    // A function of its own, so that a listener that was added twice is removed once.
    const added = (event: SessEvents[SessEventName]): unknown => listener(event as SessEvents[Name])
    listeners.add(added)
    return () => {
      listeners.delete(added)
    }
  }

  emit<Name extends SessEventName>(name: Name, event: SessEvents[Name]): void {
    const listeners = this.#listeners.get(name)
    if (listeners === undefined) return
    Object.freeze(event)
    // A copy, as a listener may add others.
    for (const listener of [...listeners]) {
      try {
        const result = listener(event)
        // Nobody else would notice what an async one throws, and an unhandled rejection ends the process.
        if (result instanceof Promise) result.catch((error: unknown) => this.#onError(error, name))
      } catch (error) {
        this.#onError(error, name)
      }
    }
  }
}
