import type { ChatRecord } from '../chat-record.ts'
import type { TurnOutcome } from '../events.ts'
import type { Message } from '../message.ts'
import type { SessionRecord } from '../session-record.ts'

/** An answer that this process is writing: what of it is in no message yet. */
export interface LiveTurn {
  readonly turnId: string
  readonly text: string
  readonly reasoning: string
}

/** A chat as it is. */
export interface ChatSnapshot {
  readonly type: 'snapshot'
  readonly session: SessionRecord
  readonly chat: ChatRecord
  /** The newest messages, 50 at most, in order. */
  readonly messages: readonly Message[]
  /** Null also while another process answers: see `chat.turnExpiresAt`. */
  readonly turn: LiveTurn | null
}

/** What whoever watches a chat is told. */
export type ChatEvent =
  /** The first event, and again whenever what was told before is no longer true: after a rewind, or for a reader that was too slow. */
  | ChatSnapshot
  /** The next message. Of the assistant's it says what came as text and reasoning before. */
  | { readonly type: 'message'; readonly message: Message }
  /** An answer begins in this process; text and reasoning follow as the agent says them. */
  | { readonly type: 'turn-started'; readonly turnId: string }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  /** It has ended. `error` is why, null if it was completed. */
  | { readonly type: 'turn-ended'; readonly turnId: string; readonly outcome: TurnOutcome; readonly error: unknown }
  /** The records have changed: state, expiry, name, whether a turn runs. */
  | { readonly type: 'changed'; readonly session: SessionRecord; readonly chat: ChatRecord }
  /** The store does not answer, and is asked on. */
  | { readonly type: 'unavailable'; readonly error: unknown }
  /** It answers again. */
  | { readonly type: 'available' }
