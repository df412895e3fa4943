import type {
  AppendOptions,
  AppendResult,
  BeginTurnOptions,
  CallOptions,
  ChatChange,
  ChatRef,
  ClaimedSession,
  ClaimOptions,
  CountSessionsQuery,
  CreateChatOptions,
  CreateSessionOptions,
  JsonValue,
  ListSessionsQuery,
  MessagePage,
  MessageRange,
  NewMessage,
  NewStoredChat,
  NewStoredSession,
  Page,
  PageOptions,
  RewriteOptions,
  SessionChange,
  SessionKeys,
  SessionRef,
  SetContextOptions,
  StatsScope,
  Store,
  StoredChat,
  StoredKeys,
  StoredSession,
  StoreHealth,
  StoreStats,
  StoreSupports,
  TurnGrant,
  UpdateSessionOptions,
  WriteOptions,
} from '@sess/core'
import { activateChat, deleteChat, updateChat } from './chats/change-chat.ts'
import { chatRecord } from './chats/chat-state.ts'
import { createChat } from './chats/create-chat.ts'
import { listChats } from './chats/list-chats.ts'
import { readChat } from './chats/lookup.ts'
import { beginTurn, endTurn, interruptTurn, renewTurn } from './chats/turns.ts'
import { deleteContext, setContext } from './context/context-values.ts'
import { getContext, listContext } from './context/read-context.ts'
import { countSessions } from './counters/count-sessions.ts'
import { storeStats } from './counters/stats.ts'
import { StoreLife } from './lifecycle/store-life.ts'
import { appendMessages } from './messages/append-messages.ts'
import { readMessages } from './messages/read-messages.ts'
import { rewriteMessages } from './messages/rewrite-messages.ts'
import { checkedOptions, type MysqlStoreOptions } from './options.ts'
import { touchSession, updateSession } from './sessions/change-session.ts'
import { claimExpired } from './sessions/claim-expired.ts'
import { createSession } from './sessions/create-session.ts'
import { deleteSession } from './sessions/delete-session.ts'
import { expireIdle } from './sessions/expire-idle.ts'
import { listSessions } from './sessions/list-sessions.ts'
import { findSession, getSession } from './sessions/read-session.ts'
import { getKeys, listKeys, replaceKeys } from './sessions/session-keys.ts'
import type { StoreParts } from './store-parts.ts'

/**
 * A store in MySQL 8 or newer, or MariaDB 10.6 or newer. What was acknowledged was committed; appends of concurrent callers
 * share a commit. Any number of stores, in any number of processes, can have the same tables.
 */
export class MysqlStore implements Store, SessionKeys {
  readonly supports: StoreSupports = Object.freeze({ durable: true, shared: true, exactOrgCounts: true })
  readonly #life: StoreLife

  constructor(options: MysqlStoreOptions) {
    this.#life = new StoreLife(checkedOptions(options))
  }

  createSession(
    session: NewStoredSession,
    options: CreateSessionOptions,
  ): Promise<{ readonly session: StoredSession; readonly created: boolean }> {
    return this.#life.run(options, async (parts, call) => {
      const { session: stored, created } = await createSession(parts, call, session, options)
      return { session: await parts.records.session(stored), created }
    })
  }

  getSession(ref: SessionRef, options?: CallOptions): Promise<StoredSession | null> {
    return this.#life.run(options, async (parts, call) => opened(parts, await getSession(parts, call, ref)))
  }

  findSession(id: string, options?: CallOptions): Promise<StoredSession | null> {
    return this.#life.run(options, async (parts, call) => opened(parts, await findSession(parts, call, id)))
  }

  updateSession(ref: SessionRef, change: SessionChange, options: UpdateSessionOptions): Promise<StoredSession> {
    return this.#life.run(options, async (parts, call) => {
      const sealed = { ...change, ...(await parts.records.data(ref, change.data, null, options)) }
      return await parts.records.session(await updateSession(parts, call, ref, sealed, options))
    })
  }

  touchSession(
    ref: SessionRef,
    options?: CallOptions & { readonly expiresInMs?: number | undefined },
  ): Promise<StoredSession> {
    return this.#life.run(options, async (parts, call) =>
      parts.records.session(await touchSession(parts, call, ref, options?.expiresInMs)),
    )
  }

  deleteSession(ref: SessionRef, options: WriteOptions): Promise<boolean> {
    return this.#life.run(options, (parts, call) => {
      parts.codecs?.forget(ref)
      return deleteSession(parts, call, ref, options.operationId)
    })
  }

  listSessions(query: ListSessionsQuery, options?: PageOptions): Promise<Page<StoredSession>> {
    return this.#life.run(options, async (parts, call) => {
      const { items, nextCursor } = await listSessions(parts, call, query, options)
      return { items: await parts.records.sessions(items), nextCursor }
    })
  }

  countSessions(query: CountSessionsQuery, options?: CallOptions): Promise<number> {
    return this.#life.run(options, (parts, call) => countSessions(parts, call, query))
  }

  claimExpired(options: ClaimOptions): Promise<readonly ClaimedSession[]> {
    return this.#life.run(options, async (parts, call) => {
      const claimed = await claimExpired(parts, call, options)
      const sessions = await parts.records.sessions(claimed.map(({ session }) => session))
      return claimed.map((one, index) => ({ ...one, session: sessions[index] ?? one.session }))
    })
  }

  removeExpired(ref: SessionRef, claim: string, options?: CallOptions): Promise<boolean> {
    return this.#life.run(options, (_, call) => this.#life.remover.remove(call, ref, claim))
  }

  expireIdle(idleMs: number, options?: PageOptions): Promise<Page<string>> {
    return this.#life.run(options, (parts, call) => expireIdle(parts, call, idleMs, options))
  }

  createChat(
    session: SessionRef,
    chat: NewStoredChat,
    options: CreateChatOptions,
  ): Promise<{ readonly chat: StoredChat; readonly created: boolean }> {
    return this.#life.run(options, async (parts, call) => {
      const sealed = { ...chat, ...(await parts.records.data(session, chat.data, chat.id, options)) }
      const { chat: stored, created } = await createChat(parts, call, session, sealed, options)
      return { chat: await parts.records.chat(session, stored, options), created }
    })
  }

  getChat(ref: ChatRef, options?: CallOptions): Promise<StoredChat | null> {
    return this.#life.run(options, async (parts, call) => {
      const { chat } = await parts.database.read(call, (reader) => readChat(parts, reader, ref))
      return chat === null ? null : await parts.records.chat(ref.session, chatRecord(chat), options)
    })
  }

  updateChat(
    ref: ChatRef,
    change: ChatChange,
    options: WriteOptions & { readonly expectedVersion: number },
  ): Promise<StoredChat> {
    return this.#life.run(options, async (parts, call) => {
      const sealed = { ...change, ...(await parts.records.data(ref.session, change.data, ref.id, options)) }
      return await parts.records.chat(ref.session, await updateChat(parts, call, ref, sealed, options), options)
    })
  }

  deleteChat(ref: ChatRef, options: WriteOptions): Promise<boolean> {
    return this.#life.run(options, (parts, call) => deleteChat(parts, call, ref, options.operationId))
  }

  activateChat(ref: ChatRef, options: WriteOptions): Promise<StoredSession> {
    return this.#life.run(options, async (parts, call) =>
      parts.records.session(await activateChat(parts, call, ref, options.operationId)),
    )
  }

  listChats(session: SessionRef, options?: PageOptions): Promise<Page<StoredChat>> {
    return this.#life.run(options, async (parts, call) => {
      const { items, nextCursor } = await listChats(parts, call, session, options)
      return { items: await parts.records.chats(session, items, options), nextCursor }
    })
  }

  appendMessages(chat: ChatRef, messages: readonly NewMessage[], options?: AppendOptions): Promise<AppendResult> {
    return this.#life.run(options, (parts, call) =>
      appendMessages(parts, this.#life.queue, call, chat, messages, options?.fence),
    )
  }

  readMessages(chat: ChatRef, range: MessageRange, options?: CallOptions): Promise<MessagePage> {
    return this.#life.run(options, (parts, call) => readMessages(parts, call, chat, range))
  }

  rewriteMessages(
    chat: ChatRef,
    keepThrough: number,
    messages: readonly NewMessage[],
    options: RewriteOptions,
  ): Promise<AppendResult> {
    return this.#life.run(options, (parts, call) => rewriteMessages(parts, call, chat, keepThrough, messages, options))
  }

  getContext(session: SessionRef, key: string, options?: CallOptions): Promise<JsonValue | undefined> {
    return this.#life.run(options, (parts, call) => getContext(parts, call, session, key))
  }

  listContext(session: SessionRef, options?: CallOptions): Promise<readonly (readonly [string, JsonValue])[]> {
    return this.#life.run(options, (parts, call) => listContext(parts, call, session))
  }

  setContext(
    session: SessionRef,
    entries: readonly (readonly [string, JsonValue])[],
    options: SetContextOptions,
  ): Promise<void> {
    return this.#life.run(options, (parts, call) => setContext(parts, call, session, entries, options))
  }

  deleteContext(session: SessionRef, key: string, options: WriteOptions): Promise<boolean> {
    return this.#life.run(options, (parts, call) => deleteContext(parts, call, session, key, options.operationId))
  }

  beginTurn(chat: ChatRef, options: BeginTurnOptions): Promise<TurnGrant> {
    return this.#life.run(options, async (parts, call) => {
      const grant = await beginTurn(parts, call, chat, options)
      return {
        fence: grant.fence,
        session: await parts.records.session(grant.session),
        chat: await parts.records.chat(chat.session, grant.chat, options),
      }
    })
  }

  renewTurn(
    chat: ChatRef,
    fence: number,
    options: CallOptions & { readonly leaseMs: number },
  ): Promise<{ readonly interrupted: boolean }> {
    return this.#life.run(options, (parts, call) => renewTurn(parts, call, chat, fence, options.leaseMs))
  }

  endTurn(
    chat: ChatRef,
    fence: number,
    options?: CallOptions & { readonly responseMs?: number | undefined },
  ): Promise<void> {
    return this.#life.run(options, (parts, call) => endTurn(parts, call, chat, fence, options?.responseMs))
  }

  interruptTurn(chat: ChatRef, options?: CallOptions): Promise<boolean> {
    return this.#life.run(options, (parts, call) => interruptTurn(parts, call, chat))
  }

  getKeys(session: SessionRef, options?: CallOptions): Promise<Uint8Array | null> {
    return this.#life.run(options, (parts, call) => getKeys(parts, call, session))
  }

  replaceKeys(
    session: SessionRef,
    expected: Uint8Array | null,
    keys: Uint8Array,
    options?: CallOptions,
  ): Promise<boolean> {
    return this.#life.run(options, (parts, call) => replaceKeys(parts, call, session, expected, keys))
  }

  listKeys(options?: PageOptions): Promise<Page<StoredKeys>> {
    return this.#life.run(options, (parts, call) => listKeys(parts, call, options))
  }

  open(options?: CallOptions): Promise<void> {
    return this.#life.run(options, async () => {})
  }

  /** Brings the tables up to date, whatever the option `migrate` says. Safe if many processes do it at once. */
  migrate(options?: CallOptions): Promise<void> {
    return this.#life.migrate(options)
  }

  health(options?: CallOptions): Promise<StoreHealth> {
    return this.#life.health(options)
  }

  stats(scope: StatsScope, options?: CallOptions): Promise<StoreStats> {
    return this.#life.run(options, (parts, call) => storeStats(parts, call, scope))
  }

  close(): Promise<void> {
    return this.#life.close()
  }
}

async function opened({ records }: StoreParts, session: StoredSession | null): Promise<StoredSession | null> {
  return session === null ? null : await records.session(session)
}
