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
  type SessionChange,
  SessionCodecs,
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
import { type AcrossOwners, acrossOneServer } from './across-owners.ts'
import { Backend } from './backend.ts'
import {
  activateChat,
  type ChatCreation,
  createChat,
  deleteChat,
  getChat,
  listChats,
  updateChat,
} from './chat-records.ts'
import { isCluster, openClient, type RedisTarget } from './client.ts'
import { deleteContext, getContext, listContext, setContext } from './context-values.ts'
import { unavailable } from './error-map.ts'
import { infoOf, storeHealth, unfitness } from './health.ts'
import { Keys } from './keys.ts'
import { appendMessages, readMessages, rewriteMessages } from './message-log.ts'
import { sessionKeys } from './session-keys.ts'
import { assertQuery, countPending } from './session-lists.ts'
import { findSession, removeSession, type SessionCreation, touchSession } from './session-records.ts'
import { acrossSlots } from './sharded/across-slots.ts'
import { IndexKeeper } from './sharded/index-keeper.ts'
import { beginTurn, endTurn, interruptTurn, renewTurn } from './turns.ts'

export interface RedisStoreOptions extends RedisTarget {
  /** What every key begins with. Stores of one server with different prefixes do not see each other. @default 'sess:' */
  readonly keyPrefix?: string | undefined
  /** How long a call goes on trying. @default 5_000 */
  readonly timeoutMs?: number | undefined
  /**
   * How long the data of an expired session wait for a sweep before Redis itself drops them. At least a minute.
   *
   * @default 604_800_000 (7 days)
   */
  readonly graceMs?: number | undefined
  /**
   * Whether one server has all keys. `sharded` is for a proxy that looks like one server and hides many.
   *
   * @default 'sharded' for a cluster, else 'single'
   */
  readonly topology?: 'single' | 'sharded' | undefined
  /**
   * When a write is answered: when the server has it, or when one of its replicas has it too. Without a replica that answers, writes then
   * fail with `STORE_UNAVAILABLE`.
   *
   * @default 'server'
   */
  readonly durability?: 'server' | 'replica' | undefined
  /** Encodes what is said: compression, encryption. @default values are kept as JSON */
  readonly codec?: Codec | undefined
  /** Calls at most that wait for Redis at a time; more are refused at once. @default 10_000 */
  readonly maxInFlight?: number | undefined
}

const defaultGraceMs = 604_800_000

function keptAcrossSlots(backend: Backend): AcrossOwners {
  const keeper = new IndexKeeper(backend)
  backend.reportTaker = keeper
  return acrossSlots(backend, keeper)
}

/**
 * A store in Redis or Valkey: one server, one behind Sentinel, or a cluster. It connects with the first call, and closes
 * only what it opened.
 */
export class RedisStore implements Store, SessionKeys {
  readonly supports: StoreSupports
  readonly #backend: Backend
  readonly #across: AcrossOwners
  readonly #keys: SessionKeys

  constructor(options: RedisStoreOptions) {
    const { keyPrefix = 'sess:', timeoutMs = 5_000, graceMs = defaultGraceMs, maxInFlight = 10_000 } = options
    const { topology = 'single', durability = 'server' } = options
    // A brace of the prefix would become the hash tag of all keys.
    if (typeof keyPrefix !== 'string' || /[{}]/.test(keyPrefix))
      throw invalidArgument('keyPrefix', 'must have no braces')
    assertWhole('timeoutMs', timeoutMs, 1)
    assertWhole('graceMs', graceMs, 60_000)
    assertWhole('maxInFlight', maxInFlight, 1)
    assertOneOf('topology', topology, ['single', 'sharded'])
    assertOneOf('durability', durability, ['server', 'replica'])
    const opened = openClient(options, timeoutMs)
    const isSingle = !isCluster(opened.client) && topology === 'single'
    this.supports = Object.freeze({ durable: true, shared: true, exactOrgCounts: isSingle })
    this.#backend = new Backend(new Keys(keyPrefix), { timeoutMs, graceMs, maxInFlight, isSingle, durability }, opened)
    this.#keys = sessionKeys(this.#backend)
    // It goes past the doors of the store: what is under way is finished although the store is being closed.
    if (options.codec !== undefined) this.#backend.codecs = new SessionCodecs(options.codec, this.#keys)
    this.#across = isSingle ? acrossOneServer(this.#backend) : keptAcrossSlots(this.#backend)
  }

  createSession(session: NewStoredSession, options: CreateSessionOptions): Promise<SessionCreation> {
    return this.#during(options, () => this.#across.createSession(session, options))
  }

  getSession(ref: SessionRef, options?: CallOptions): Promise<StoredSession | null> {
    return this.#during(options, (backend) => findSession(backend, ref.id, ref.owner, options))
  }

  findSession(id: string, options?: CallOptions): Promise<StoredSession | null> {
    return this.#during(options, (backend) => findSession(backend, id, null, options))
  }

  updateSession(ref: SessionRef, change: SessionChange, options: UpdateSessionOptions): Promise<StoredSession> {
    return this.#during(options, () => this.#across.updateSession(ref, change, options))
  }

  touchSession(
    ref: SessionRef,
    options?: CallOptions & { readonly expiresInMs?: number | undefined },
  ): Promise<StoredSession> {
    return this.#during(options, (backend) => touchSession(backend, ref, options))
  }

  deleteSession(ref: SessionRef, options: WriteOptions): Promise<boolean> {
    const { operationId } = options
    return this.#during(options, (backend) => removeSession(backend, ref, { operationId }, options))
  }

  listSessions(query: ListSessionsQuery, options?: PageOptions): Promise<Page<StoredSession>> {
    return this.#during(options, async () => {
      assertQuery(query)
      return await this.#across.listSessions(query, options)
    })
  }

  countSessions(query: CountSessionsQuery, options?: CallOptions): Promise<number> {
    return this.#during(options, async (backend) => {
      assertQuery(query)
      if (query.status === 'pending') return await countPending(backend, query, options)
      const { sessions } = await this.#across.figures(query, options)
      if (query.status !== undefined) return sessions[query.status]
      return sessions.active + sessions.paused + sessions.archived + sessions.closed
    })
  }

  claimExpired(options: ClaimOptions): Promise<readonly ClaimedSession[]> {
    return this.#during(options, () => this.#across.claimExpired(options))
  }

  removeExpired(ref: SessionRef, claim: string, options?: CallOptions): Promise<boolean> {
    return this.#during(options, (backend) => removeSession(backend, ref, { claim }, options))
  }

  expireIdle(idleMs: number, options?: PageOptions): Promise<Page<string>> {
    return this.#during(options, () => this.#across.expireIdle(idleMs, options))
  }

  createChat(session: SessionRef, chat: NewStoredChat, options: CreateChatOptions): Promise<ChatCreation> {
    return this.#during(options, (backend) => createChat(backend, session, chat, options))
  }

  getChat(ref: ChatRef, options?: CallOptions): Promise<StoredChat | null> {
    return this.#during(options, (backend) => getChat(backend, ref, options))
  }

  updateChat(
    ref: ChatRef,
    change: ChatChange,
    options: WriteOptions & { readonly expectedVersion: number },
  ): Promise<StoredChat> {
    return this.#during(options, (backend) => updateChat(backend, ref, change, options))
  }

  deleteChat(ref: ChatRef, options: WriteOptions): Promise<boolean> {
    return this.#during(options, (backend) => deleteChat(backend, ref, options))
  }

  activateChat(ref: ChatRef, options: WriteOptions): Promise<StoredSession> {
    return this.#during(options, (backend) => activateChat(backend, ref, options))
  }

  listChats(session: SessionRef, options?: PageOptions): Promise<Page<StoredChat>> {
    return this.#during(options, (backend) => listChats(backend, session, options))
  }

  appendMessages(chat: ChatRef, messages: readonly NewMessage[], options?: AppendOptions): Promise<AppendResult> {
    return this.#during(options, (backend) => appendMessages(backend, chat, messages, options))
  }

  readMessages(chat: ChatRef, range: MessageRange, options?: CallOptions): Promise<MessagePage> {
    return this.#during(options, (backend) => readMessages(backend, chat, range, options))
  }

  rewriteMessages(
    chat: ChatRef,
    keepThrough: number,
    messages: readonly NewMessage[],
    options: RewriteOptions,
  ): Promise<AppendResult> {
    return this.#during(options, (backend) => rewriteMessages(backend, chat, keepThrough, messages, options))
  }

  getContext(session: SessionRef, key: string, options?: CallOptions): Promise<JsonValue | undefined> {
    return this.#during(options, (backend) => getContext(backend, session, key, options))
  }

  listContext(session: SessionRef, options?: CallOptions): Promise<readonly (readonly [string, JsonValue])[]> {
    return this.#during(options, (backend) => listContext(backend, session, options))
  }

  setContext(
    session: SessionRef,
    entries: readonly (readonly [string, JsonValue])[],
    options: SetContextOptions,
  ): Promise<void> {
    return this.#during(options, (backend) => setContext(backend, session, entries, options))
  }

  deleteContext(session: SessionRef, key: string, options: WriteOptions): Promise<boolean> {
    return this.#during(options, (backend) => deleteContext(backend, session, key, options))
  }

  beginTurn(chat: ChatRef, options: BeginTurnOptions): Promise<TurnGrant> {
    return this.#during(options, (backend) => beginTurn(backend, chat, options))
  }

  renewTurn(
    chat: ChatRef,
    fence: number,
    options: CallOptions & { readonly leaseMs: number },
  ): Promise<{ readonly interrupted: boolean }> {
    return this.#during(options, (backend) => renewTurn(backend, chat, fence, options))
  }

  endTurn(
    chat: ChatRef,
    fence: number,
    options?: CallOptions & { readonly responseMs?: number | undefined },
  ): Promise<void> {
    return this.#during(options, (backend) => endTurn(backend, chat, fence, options))
  }

  interruptTurn(chat: ChatRef, options?: CallOptions): Promise<boolean> {
    return this.#during(options, (backend) => interruptTurn(backend, chat, options))
  }

  getKeys(session: SessionRef, options?: CallOptions): Promise<Uint8Array | null> {
    return this.#during(options, () => this.#keys.getKeys(session, options))
  }

  replaceKeys(
    session: SessionRef,
    expected: Uint8Array | null,
    keys: Uint8Array,
    options?: CallOptions,
  ): Promise<boolean> {
    return this.#during(options, () => this.#keys.replaceKeys(session, expected, keys, options))
  }

  listKeys(options?: PageOptions): Promise<Page<StoredKeys>> {
    return this.#during(options, () => this.#keys.listKeys(options))
  }

  open(options?: CallOptions): Promise<void> {
    return this.#during(options, async (backend) => {
      for (const text of await backend.commandEach(options, 'info')) {
        const problem = unfitness(infoOf(`${text}`), backend.isCluster)
        if (problem !== null) throw unavailable(problem, 'not-written')
      }
    })
  }

  health(options?: CallOptions): Promise<StoreHealth> {
    return storeHealth(this.#backend, options)
  }

  stats(scope: StatsScope, options?: CallOptions): Promise<StoreStats> {
    return this.#during(options, async () => {
      assertQuery(scope)
      return await this.#across.figures(scope, options)
    })
  }

  close(): Promise<void> {
    return this.#backend.close()
  }

  #during<Value>(options: CallOptions | undefined, act: (backend: Backend) => Promise<Value>): Promise<Value> {
    return this.#backend.during(options, () => act(this.#backend))
  }
}

function assertWhole(field: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw invalidArgument(field, `must be a whole number from ${least} up`)
}

function assertOneOf(field: string, value: string, names: readonly string[]): void {
  if (!names.includes(value)) throw invalidArgument(field, `must be one of ${names.join(', ')}`)
}
