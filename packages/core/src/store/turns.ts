import type { CallOptions } from '../call-options.ts'
import type { StoredChat } from './chat-records.ts'
import type { ChatRef } from './refs.ts'
import type { StoredSession } from './session-records.ts'

/** How a turn is begun. */
export interface BeginTurnOptions extends CallOptions {
  /** A UUID made once for this turn. Repeating the call with it answers the same grant. */
  readonly turnId: string
  /** How long the turn is held without being renewed. */
  readonly leaseMs: number
  /** What to do while another turn holds its lease. */
  readonly ifBusy: 'reject' | 'take-over'
}

/** What the holder of a turn needs, read in the same step. */
export interface TurnGrant {
  /** Larger than that of every turn before. Every write of the turn carries it. */
  readonly fence: number
  readonly session: StoredSession
  readonly chat: StoredChat
}

/**
 * At most one turn at a time runs in a chat. A turn is held by a lease on the store's clock; a fence that was given out
 * stays good until a larger one exists or the turn ended, also past its lease.
 */
export interface Turns {
  /**
   * Begins a turn in an active session.
   *
   * @throws {@link SessError} `TURN_IN_PROGRESS` if another one holds its lease. Nothing was written.
   * @throws {@link SessError} `CHAT_NOT_FOUND`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, `SESSION_PAUSED`, `SESSION_ARCHIVED`,
   * `SESSION_CLOSED`. Nothing was written.
   */
  beginTurn(chat: ChatRef, options: BeginTurnOptions): Promise<TurnGrant>

  /**
   * Holds the turn for another `leaseMs`, and counts as activity: a session does not run out under an agent at work.
   * `interrupted` asks the holder to stop: somebody called `interruptTurn`, or the session was archived or closed.
   *
   * @throws {@link SessError} `TURN_LOST`, `CHAT_NOT_FOUND`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`.
   */
  renewTurn(
    chat: ChatRef,
    fence: number,
    options: CallOptions & { readonly leaseMs: number },
  ): Promise<{ readonly interrupted: boolean }>

  /**
   * Ends a turn; its fence is good for nothing any more. Ending it again does nothing. `responseMs` goes into the chat's
   * figures. @throws {@link SessError} `TURN_LOST`, `CHAT_NOT_FOUND`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`.
   */
  endTurn(
    chat: ChatRef,
    fence: number,
    options?: CallOptions & { readonly responseMs?: number | undefined },
  ): Promise<void>

  /** Asks the running turn to stop. Resolves to whether one runs. @throws {@link SessError} `CHAT_NOT_FOUND`. */
  interruptTurn(chat: ChatRef, options?: CallOptions): Promise<boolean>
}
