import type { CallOptions } from '../call-options.ts'
import type { JsonObject } from '../json.ts'
import type { ChatRef, Page, PageOptions, SessionRef, WriteOptions } from './refs.ts'
import type { StoredSession } from './session-records.ts'

/** What happens when a chat is full: the oldest messages go, or the new ones are refused. */
export type Overflow = 'trim-oldest' | 'reject'

/** A chat as a store keeps it. All but `data` is plain to the server; `data` is opaque. */
export interface StoredChat {
  readonly id: string
  readonly sessionId: string
  /** The caller's own name for it, unique in the session. */
  readonly key: string | null
  /** Grows by one with every change of the record; messages and turns are no change. */
  readonly version: number
  readonly data: JsonObject
  /** Messages at most, null is any number. */
  readonly maxMessages: number | null
  readonly overflow: Overflow
  readonly createdAt: number
  readonly updatedAt: number
  /** Seq of the oldest message there is, or of the next one if there is none. */
  readonly firstSeq: number
  /** Seq of the newest message; `firstSeq - 1` if there is none. */
  readonly lastSeq: number
  /** When the newest message was appended, null before the first. */
  readonly lastMessageAt: number | null
  /** Tool calls that were appended and not answered yet. */
  readonly openCalls: number
  /** When the lease of the running turn ends, null if none runs. In the past: whoever held it has died, or is late. */
  readonly turnExpiresAt: number | null
  /** Turns that ended with a response time. */
  readonly turnCount: number
  readonly responseMsTotal: number
  /** Response times of the last 50 turns, oldest first. */
  readonly recentResponseMs: readonly number[]
}

/** A chat to be created. */
export interface NewStoredChat {
  readonly id: string
  readonly key: string | null
  readonly data: JsonObject
  readonly maxMessages: number | null
  readonly overflow: Overflow
  /** Where its seqs begin; an imported chat keeps its own. @default 1 */
  readonly firstSeq?: number | undefined
  /** @default the store's clock */
  readonly createdAt?: number | undefined
}

/** Under which conditions a chat is created. */
export interface CreateChatOptions extends CallOptions {
  /** Chats at most in the session, null is any number. */
  readonly maxChats: number | null
  readonly ifKeyTaken: 'reject' | 'open'
}

/** What of a chat is to change; what is left out stays. */
export interface ChatChange {
  readonly data?: JsonObject | undefined
  readonly maxMessages?: number | null | undefined
  readonly overflow?: Overflow | undefined
}

/**
 * Where chats live. Making, removing and activating one changes the record of the session, and is no activity. What changes
 * the structure of a session needs it to be active (or pending), else it throws `SESSION_PAUSED`, `SESSION_ARCHIVED` or
 * `SESSION_CLOSED`, and `SESSION_NOT_FOUND` or `SESSION_EXPIRED`; nothing was written then.
 */
export interface ChatRecords {
  /**
   * Creates a chat, or answers the one that has its key; that also works where nothing may be created. The first
   * chat becomes the active one. Its id makes a repeat safe, as with sessions.
   *
   * @throws {@link SessError} `CHAT_EXISTS`, `CHAT_LIMIT_REACHED`. Nothing was written.
   */
  createChat(
    session: SessionRef,
    chat: NewStoredChat,
    options: CreateChatOptions,
  ): Promise<{ readonly chat: StoredChat; readonly created: boolean }>

  /** The chat, or null if this owner has no such session, or the session no such chat. */
  getChat(ref: ChatRef, options?: CallOptions): Promise<StoredChat | null>

  /**
   * Changes a chat that is still at `expectedVersion`. A smaller `maxMessages` takes effect with the next append.
   *
   * @throws {@link SessError} `CHAT_NOT_FOUND`, `VERSION_CONFLICT`. Nothing was written.
   */
  updateChat(
    ref: ChatRef,
    change: ChatChange,
    options: WriteOptions & { readonly expectedVersion: number },
  ): Promise<StoredChat>

  /**
   * Removes a chat with its messages. If it was the active one, the oldest that is left becomes active.
   * Resolves to whether there was one.
   */
  deleteChat(ref: ChatRef, options: WriteOptions): Promise<boolean>

  /** Makes a chat the active one of its session. @throws {@link SessError} `CHAT_NOT_FOUND`. */
  activateChat(ref: ChatRef, options: WriteOptions): Promise<StoredSession>

  /** A page of the chats of a session, oldest first. @throws {@link SessError} `SESSION_NOT_FOUND`, `CURSOR_INVALID`. */
  listChats(session: SessionRef, options?: PageOptions): Promise<Page<StoredChat>>
}
