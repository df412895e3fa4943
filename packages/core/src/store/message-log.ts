import type { CallOptions } from '../call-options.ts'
import type { Message, NewMessage } from '../message.ts'
import type { ChatRef, WriteOptions } from './refs.ts'

/** Whose write an append is. */
export interface AppendOptions extends CallOptions {
  /** The turn this write belongs to. Without it the write belongs to no turn, and is not hindered by one. */
  readonly fence?: number | undefined
}

/** What an append did. */
export interface AppendResult {
  /** The seq of each message, also of those that were there already. */
  readonly seqs: readonly number[]
  /** Which of them were written now. */
  readonly written: readonly boolean[]
  /** `createdAt` of those that were written now and did not bring their own. */
  readonly storedAt: number
  /** Seq of the oldest message that is left. */
  readonly firstSeq: number
}

/** Which messages to read. At most one of `before`, `after` and `offset`. @default the newest */
export interface MessageRange {
  /** The newest ones with a smaller seq. */
  readonly before?: number | undefined
  /** The oldest ones with a larger seq. */
  readonly after?: number | undefined
  /** Counted from the oldest message there is. */
  readonly offset?: number | undefined
  /** Messages at most. 1 to 1,000. */
  readonly limit: number
}

/** Messages of a chat, and where it begins and ends. */
export interface MessagePage {
  /** In the order of their seq; each is frozen. */
  readonly messages: readonly Message[]
  readonly firstSeq: number
  readonly lastSeq: number
}

/** Under which conditions messages are rewritten. */
export interface RewriteOptions extends WriteOptions {
  readonly fence?: number | undefined
  /** The newest seq the caller knows of. @default whatever it is */
  readonly expectedLastSeq?: number | undefined
}

/** Messages at most in one append or rewrite. */
export const maxMessagesPerWrite = 200

/**
 * The messages of a chat, in order, once. `id`, `seq`, `role` and `createdAt` of a message are plain to the server, and
 * so are the numbers of its tool calls and results; the rest is opaque.
 *
 * **Trimming.** A chat whose overflow is `trim-oldest` keeps its newest `maxMessages`, and of these only from the first
 * one where a history may begin: no tool call is open before it and it answers none. Where there is none such, it
 * keeps from the newest one before, as long as that are fewer than 2 × maxMessages, else from the first that
 * is no tool result. So a history never begins with a tool result, and a call is never parted from its results.
 */
export interface MessageLog {
  /**
   * Appends messages in order after the chat's last seq, and counts as activity. An id that is there with the same body
   * is answered, not written; ids of trimmed messages are forgotten, so no batch should be longer than `maxMessages`.
   * Without a fence the session must be active (or pending); a turn that began may go on to write in every state.
   *
   * @throws {@link SessError} `MESSAGE_CONFLICT` if an id exists with another body. Nothing was written.
   * @throws {@link SessError} `MESSAGE_LIMIT_REACHED` if the chat is full and rejects. Nothing was written.
   * @throws {@link SessError} `TURN_LOST` if `fence` is not the running turn's. Nothing was written.
   * @throws {@link SessError} `CHAT_NOT_FOUND`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, `SESSION_PAUSED`, `SESSION_ARCHIVED`,
   * `SESSION_CLOSED`. Nothing was written.
   * @throws {@link SessError} `STORE_UNAVAILABLE`, `outcome: 'unknown'` if the answer was lost. Repeat the same call.
   */
  appendMessages(chat: ChatRef, messages: readonly NewMessage[], options?: AppendOptions): Promise<AppendResult>

  /** Reads a page at a cost that does not depend on the length of the chat. @throws {@link SessError} `CHAT_NOT_FOUND`. */
  readMessages(chat: ChatRef, range: MessageRange, options?: CallOptions): Promise<MessagePage>

  /**
   * Removes every message after `keepThrough` and appends `messages` in their place, in one step. Seqs are given out anew.
   *
   * @throws {@link SessError} `MESSAGE_CONFLICT` if a message that stays has one of the ids, with whatever body. Nothing was written.
   * @throws {@link SessError} `TURN_IN_PROGRESS` without a fence while a turn runs. Nothing was written.
   * @throws {@link SessError} `VERSION_CONFLICT` if the newest seq is not `expectedLastSeq`. Nothing was written.
   * @throws {@link SessError} what `appendMessages` throws. Nothing was written.
   */
  rewriteMessages(
    chat: ChatRef,
    keepThrough: number,
    messages: readonly NewMessage[],
    options: RewriteOptions,
  ): Promise<AppendResult>
}
