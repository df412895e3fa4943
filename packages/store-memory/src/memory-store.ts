import {
  type AppendOptions,
  type AppendResult,
  type BeginTurnOptions,
  type CallOptions,
  type ChatChange,
  type ChatRef,
  type ClaimedSession,
  type ClaimOptions,
  type Codec,
  type CountSessionsQuery,
  type CreateChatOptions,
  type CreateSessionOptions,
  invalidArgument,
  type JsonValue,
  type ListSessionsQuery,
  type MessagePage,
  type MessageRange,
  type NewMessage,
  type NewStoredChat,
  type NewStoredSession,
  type Page,
  type PageOptions,
  type RewriteOptions,
  SessError,
  type SessionChange,
  type SessionKeys,
  type SessionRef,
  type SetContextOptions,
  type StatsScope,
  type Store,
  type StoredChat,
  type StoredKeys,
  type StoredSession,
  type StoreHealth,
  type StoreStats,
  type StoreSupports,
  type TurnGrant,
  type UpdateSessionOptions,
  type WriteOptions,
} from '@sess/core'
import { activateChat, createChat, deleteChat, getChat, listChats, updateChat } from './chat-records.ts'
import { deleteContext, getContext, listContext, setContext } from './context-values.ts'
import { claimExpired } from './expiry.ts'
import { storeHealth, storeStats } from './figures.ts'
import { findSession, used } from './lookup.ts'
import { type MemoryState, newMemoryState } from './memory-state.ts'
import { appendMessages, readMessages, rewriteMessages } from './message-log.ts'
import { sessionRecord } from './session-entry.ts'
import { keyedSession, listKeys, newKeys, noKeys, replaceKeys } from './session-keys.ts'
import { countSessions, expireIdle, listSessions } from './session-lists.ts'
import { createSession, deleteSession, removeExpired, touchSession, updateSession } from './session-records.ts'
import { beginTurn, endTurn, interruptTurn, renewTurn } from './turns.ts'

/** How much a memory store holds, and what it goes by. */
export interface MemoryStoreOptions {
  /** Sessions at most. @default any number */
  readonly maxSessions?: number | undefined
  /**
   * What makes room when there are `maxSessions`: nothing (`reject`), or the least recently used session expires (`lru`).
   *
   * @default 'reject'
   */
  readonly eviction?: 'lru' | 'reject' | undefined
  /** Encodes what is said: compression, encryption. @default values are kept as they are */
  readonly codec?: Codec | undefined
  /** Epoch milliseconds. @default Date.now */
  readonly clock?: (() => number) | undefined
}

/**
 * A store in the memory of this process. Every method does its work in one synchronous step, so that it is atomic; all
 * is gone with the process.
 */
export class MemoryStore implements Store, SessionKeys {
  readonly supports: StoreSupports = Object.freeze({ durable: false, shared: false, exactOrgCounts: true })
  readonly #clock: () => number
  readonly #codec: Codec | null
  #state: MemoryState | null

  constructor(options: MemoryStoreOptions = {}) {
    const { maxSessions = Infinity, eviction = 'reject', clock = Date.now, codec } = options
    if (maxSessions !== Infinity && (!Number.isSafeInteger(maxSessions) || maxSessions < 1)) {
      throw invalidArgument('maxSessions', 'must be a whole number from 1 up')
    }
    if (eviction !== 'lru' && eviction !== 'reject') throw invalidArgument('eviction', "must be 'lru' or 'reject'")
    this.#clock = clock
    this.#codec = codec ?? null
    this.#state = newMemoryState(maxSessions, eviction === 'lru' && maxSessions !== Infinity)
  }

  async createSession(
    session: NewStoredSession,
    options: CreateSessionOptions,
  ): Promise<{ readonly session: StoredSession; readonly created: boolean }> {
    const state = this.#begin(options)
    const opened = this.#codec === null ? noKeys : await newKeys(this.#codec, session)
    return createSession(state, session, options, this.#clock(), opened)
  }

  async getSession(ref: SessionRef, options?: CallOptions): Promise<StoredSession | null> {
    const entry = findSession(this.#begin(options), ref, this.#clock())
    return entry === undefined ? null : sessionRecord(entry)
  }

  async findSession(id: string, options?: CallOptions): Promise<StoredSession | null> {
    const state = this.#begin(options)
    const entry = state.sessions.get(id)
    return entry === undefined ? null : sessionRecord(used(state, entry, this.#clock()))
  }

  async updateSession(ref: SessionRef, change: SessionChange, options: UpdateSessionOptions): Promise<StoredSession> {
    return updateSession(this.#begin(options), ref, change, options, this.#clock())
  }

  async touchSession(
    ref: SessionRef,
    options?: CallOptions & { readonly expiresInMs?: number | undefined },
  ): Promise<StoredSession> {
    return touchSession(this.#begin(options), ref, options?.expiresInMs, this.#clock())
  }

  async deleteSession(ref: SessionRef, options: WriteOptions): Promise<boolean> {
    return deleteSession(this.#begin(options), ref, options.operationId, this.#clock())
  }

  async listSessions(query: ListSessionsQuery, options?: PageOptions): Promise<Page<StoredSession>> {
    return listSessions(this.#begin(options), query, options, this.#clock())
  }

  async countSessions(query: CountSessionsQuery, options?: CallOptions): Promise<number> {
    return countSessions(this.#begin(options), query, this.#clock())
  }

  async claimExpired(options: ClaimOptions): Promise<readonly ClaimedSession[]> {
    return claimExpired(this.#begin(options), options, this.#clock())
  }

  async removeExpired(ref: SessionRef, claim: string, options?: CallOptions): Promise<boolean> {
    return removeExpired(this.#begin(options), ref, claim)
  }

  async expireIdle(idleMs: number, options?: PageOptions): Promise<Page<string>> {
    return expireIdle(this.#begin(options), idleMs, options, this.#clock())
  }

  async createChat(
    session: SessionRef,
    chat: NewStoredChat,
    options: CreateChatOptions,
  ): Promise<{ readonly chat: StoredChat; readonly created: boolean }> {
    return createChat(this.#begin(options), session, chat, options, this.#clock())
  }

  async getChat(ref: ChatRef, options?: CallOptions): Promise<StoredChat | null> {
    return getChat(this.#begin(options), ref, this.#clock())
  }

  async updateChat(
    ref: ChatRef,
    change: ChatChange,
    options: WriteOptions & { readonly expectedVersion: number },
  ): Promise<StoredChat> {
    return updateChat(this.#begin(options), ref, change, options, this.#clock())
  }

  async deleteChat(ref: ChatRef, options: WriteOptions): Promise<boolean> {
    return deleteChat(this.#begin(options), ref, options.operationId, this.#clock())
  }

  async activateChat(ref: ChatRef, options: WriteOptions): Promise<StoredSession> {
    return activateChat(this.#begin(options), ref, options.operationId, this.#clock())
  }

  async listChats(session: SessionRef, options?: PageOptions): Promise<Page<StoredChat>> {
    return listChats(this.#begin(options), session, options, this.#clock())
  }

  async appendMessages(chat: ChatRef, messages: readonly NewMessage[], options?: AppendOptions): Promise<AppendResult> {
    return appendMessages(this.#begin(options), chat, messages, options?.fence, this.#clock())
  }

  async readMessages(chat: ChatRef, range: MessageRange, options?: CallOptions): Promise<MessagePage> {
    return readMessages(this.#begin(options), chat, range, this.#clock())
  }

  async rewriteMessages(
    chat: ChatRef,
    keepThrough: number,
    messages: readonly NewMessage[],
    options: RewriteOptions,
  ): Promise<AppendResult> {
    return rewriteMessages(this.#begin(options), chat, keepThrough, messages, options, this.#clock())
  }

  async getContext(session: SessionRef, key: string, options?: CallOptions): Promise<JsonValue | undefined> {
    return getContext(this.#begin(options), session, key, this.#clock())
  }

  async listContext(session: SessionRef, options?: CallOptions): Promise<readonly (readonly [string, JsonValue])[]> {
    return listContext(this.#begin(options), session, this.#clock())
  }

  async setContext(
    session: SessionRef,
    entries: readonly (readonly [string, JsonValue])[],
    options: SetContextOptions,
  ): Promise<void> {
    setContext(this.#begin(options), session, entries, options, this.#clock())
  }

  async deleteContext(session: SessionRef, key: string, options: WriteOptions): Promise<boolean> {
    return deleteContext(this.#begin(options), session, key, options.operationId, this.#clock())
  }

  async beginTurn(chat: ChatRef, options: BeginTurnOptions): Promise<TurnGrant> {
    return beginTurn(this.#begin(options), chat, options, this.#clock())
  }

  async renewTurn(
    chat: ChatRef,
    fence: number,
    options: CallOptions & { readonly leaseMs: number },
  ): Promise<{ readonly interrupted: boolean }> {
    return renewTurn(this.#begin(options), chat, fence, options.leaseMs, this.#clock())
  }

  async endTurn(
    chat: ChatRef,
    fence: number,
    options?: CallOptions & { readonly responseMs?: number | undefined },
  ): Promise<void> {
    endTurn(this.#begin(options), chat, fence, options?.responseMs, this.#clock())
  }

  async interruptTurn(chat: ChatRef, options?: CallOptions): Promise<boolean> {
    return interruptTurn(this.#begin(options), chat, this.#clock())
  }

  async getKeys(session: SessionRef, options?: CallOptions): Promise<Uint8Array | null> {
    const { keys } = keyedSession(this.#begin(options), session)
    return keys === null ? null : Uint8Array.from(keys)
  }

  async replaceKeys(
    session: SessionRef,
    expected: Uint8Array | null,
    keys: Uint8Array,
    options?: CallOptions,
  ): Promise<boolean> {
    if (this.#codec === null) throw new SessError('CODEC_MISSING', 'the store has no codec', {})
    return await replaceKeys(this.#begin(options), this.#codec, session, expected, keys)
  }

  async listKeys(options?: PageOptions): Promise<Page<StoredKeys>> {
    return listKeys(this.#begin(options), options)
  }

  async open(options?: CallOptions): Promise<void> {
    this.#begin(options)
  }

  async health(options?: CallOptions): Promise<StoreHealth> {
    return storeHealth(this.#begin(options), this.#clock())
  }

  async stats(scope: StatsScope, options?: CallOptions): Promise<StoreStats> {
    return storeStats(this.#begin(options), scope, this.#clock())
  }

  async close(): Promise<void> {
    this.#state = null
  }

  /** What is kept. @throws the reason of an aborted signal; {@link SessError} `CLOSED`. */
  #begin(options: CallOptions | undefined): MemoryState {
    options?.signal?.throwIfAborted()
    if (this.#state === null) throw new SessError('CLOSED', 'the store was closed', {})
    return this.#state
  }
}
