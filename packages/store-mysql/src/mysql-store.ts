import type {
  AppendOptions,
  AppendResult,
  BeginTurnOptions,
  CallOptions,
  ChatChange,
  ChatRef,
  ClaimedSession,
  ClaimOptions,
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
  SessionQuery,
  SessionRef,
  SetContextOptions,
  StatsScope,
  Store,
  StoredChat,
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
import { deleteSession, removeExpired } from './sessions/delete-session.ts'
import { expireIdle } from './sessions/expire-idle.ts'
import { listSessions } from './sessions/list-sessions.ts'
import { findSession, getSession } from './sessions/read-session.ts'

/**
 * A store in MySQL 8 or newer, or MariaDB 10.6 or newer. What was acknowledged was committed; appends of concurrent callers
 * share a commit. Any number of stores, in any number of processes, can have the same tables.
 */
export class MysqlStore implements Store {
  readonly supports: StoreSupports = Object.freeze({ durable: true, shared: true, exactOrgCounts: true })
  readonly #life: StoreLife

  constructor(options: MysqlStoreOptions) {
    this.#life = new StoreLife(checkedOptions(options))
  }

  createSession(
    session: NewStoredSession,
    options: CreateSessionOptions,
  ): Promise<{ readonly session: StoredSession; readonly created: boolean }> {
    return this.#life.run(options, (parts, call) => createSession(parts, call, session, options))
  }

  getSession(ref: SessionRef, options?: CallOptions): Promise<StoredSession | null> {
    return this.#life.run(options, (parts, call) => getSession(parts, call, ref))
  }

  findSession(id: string, options?: CallOptions): Promise<StoredSession | null> {
    return this.#life.run(options, (parts, call) => findSession(parts, call, id))
  }

  updateSession(ref: SessionRef, change: SessionChange, options: UpdateSessionOptions): Promise<StoredSession> {
    return this.#life.run(options, (parts, call) => updateSession(parts, call, ref, change, options))
  }

  touchSession(
    ref: SessionRef,
    options?: CallOptions & { readonly expiresInMs?: number | undefined },
  ): Promise<StoredSession> {
    return this.#life.run(options, (parts, call) => touchSession(parts, call, ref, options?.expiresInMs))
  }

  deleteSession(ref: SessionRef, options: WriteOptions): Promise<boolean> {
    return this.#life.run(options, (parts, call) => deleteSession(parts, call, ref, options.operationId))
  }

  listSessions(query: ListSessionsQuery, options?: PageOptions): Promise<Page<StoredSession>> {
    return this.#life.run(options, (parts, call) => listSessions(parts, call, query, options))
  }

  countSessions(query: SessionQuery, options?: CallOptions): Promise<number> {
    return this.#life.run(options, (parts, call) => countSessions(parts, call, query))
  }

  claimExpired(options: ClaimOptions): Promise<readonly ClaimedSession[]> {
    return this.#life.run(options, (parts, call) => claimExpired(parts, call, options))
  }

  removeExpired(ref: SessionRef, claim: string, options?: CallOptions): Promise<boolean> {
    return this.#life.run(options, (parts, call) => removeExpired(parts, call, ref, claim))
  }

  expireIdle(idleMs: number, options?: PageOptions): Promise<Page<string>> {
    return this.#life.run(options, (parts, call) => expireIdle(parts, call, idleMs, options))
  }

  createChat(
    session: SessionRef,
    chat: NewStoredChat,
    options: CreateChatOptions,
  ): Promise<{ readonly chat: StoredChat; readonly created: boolean }> {
    return this.#life.run(options, (parts, call) => createChat(parts, call, session, chat, options))
  }

  getChat(ref: ChatRef, options?: CallOptions): Promise<StoredChat | null> {
    return this.#life.run(options, async (parts, call) => {
      const { chat } = await parts.database.read(call, (reader) => readChat(parts, reader, ref))
      return chat === null ? null : chatRecord(chat)
    })
  }

  updateChat(
    ref: ChatRef,
    change: ChatChange,
    options: WriteOptions & { readonly expectedVersion: number },
  ): Promise<StoredChat> {
    return this.#life.run(options, (parts, call) => updateChat(parts, call, ref, change, options))
  }

  deleteChat(ref: ChatRef, options: WriteOptions): Promise<boolean> {
    return this.#life.run(options, (parts, call) => deleteChat(parts, call, ref, options.operationId))
  }

  activateChat(ref: ChatRef, options: WriteOptions): Promise<StoredSession> {
    return this.#life.run(options, (parts, call) => activateChat(parts, call, ref, options.operationId))
  }

  listChats(session: SessionRef, options?: PageOptions): Promise<Page<StoredChat>> {
    return this.#life.run(options, (parts, call) => listChats(parts, call, session, options))
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
    return this.#life.run(options, (parts, call) => beginTurn(parts, call, chat, options))
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
