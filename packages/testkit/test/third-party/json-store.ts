import {
  type AppendOptions,
  type AppendResult,
  assertChatId,
  assertSessionId,
  assertWritable,
  type BeginTurnOptions,
  type CallOptions,
  type ChatChange,
  type ChatRef,
  type ClaimedSession,
  type ClaimOptions,
  type CountSessionsQuery,
  type CreateChatOptions,
  type CreateSessionOptions,
  chatNotFound,
  frozenJson,
  invalidArgument,
  type JsonValue,
  jsonBytes,
  type ListSessionsQuery,
  type MessagePage,
  type MessageRange,
  type NewMessage,
  type NewStoredChat,
  type NewStoredSession,
  newId,
  type Page,
  type PageOptions,
  type RewriteOptions,
  SessError,
  type SessionChange,
  type SessionQuotas,
  type SessionRef,
  type SetContextOptions,
  type StatsScope,
  type Store,
  type StoredChat,
  type StoredSession,
  type StoreHealth,
  type StoreStats,
  sessionExpired,
  sessionNotFound,
  type TurnGrant,
  type UpdateSessionOptions,
  versionConflict,
  type WriteOptions,
} from '@sess/core'
import { append, assertAllNew, assertRoom, cutAfter, page, planAppend } from './kept-messages.ts'
import {
  absoluteEnd,
  counts,
  firstExpiry,
  isExpired,
  isOf,
  type KeptChat,
  type KeptSession,
  noteActivity,
  Operations,
  type Turn,
} from './kept-session.ts'
import { listed, newestFirst, pageOf } from './kept-sessions.ts'

const scopes = ['store', 'org', 'user'] as const

/**
 * A store written from the documentation alone: plain values in this process, each method one synchronous step. In one long file, as
 * it is there to be read beside the contract.
 */
export class JsonStore implements Store {
  readonly supports = { durable: false, shared: false, exactOrgCounts: true } as const
  readonly #sessions = new Map<string, KeptSession>()
  readonly #deletions = new Operations()
  readonly #clock: () => number
  #closed = false

  constructor(options: { readonly clock: () => number } = { clock: Date.now }) {
    this.#clock = options.clock
  }

  async createSession(session: NewStoredSession, { quotas, ifKeyTaken, signal }: CreateSessionOptions) {
    const now = this.#begin(signal)
    assertSessionId(session.id, session.owner)
    const known = this.#sessions.get(session.id)
    if (known !== undefined) {
      if (!isOf(known, session.owner)) throw new SessError('SESSION_EXISTS', 'the id is taken', {})
      return { session: copy(this.#alive(known, now).record), created: true }
    }
    const { key } = session
    const holder = [...this.#sessions.values()].find((other) => isOf(other, session.owner) && other.record.key === key)
    if (key !== null && holder !== undefined) {
      this.#alive(holder, now)
      if (ifKeyTaken === 'reject') throw new SessError('SESSION_EXISTS', 'the key is taken', { key })
      return { session: copy(holder.record), created: false }
    }
    this.#assertQuotas(session.owner, quotas, now)
    const { pendingMs, createdAt = now, ...given } = copy(session)
    const kept: KeptSession = {
      record: {
        ...given,
        status: pendingMs === null ? 'active' : 'pending',
        ...{ version: 1, activeChatId: null, chatCount: 0, createdAt, updatedAt: now, lastActiveAt: now },
        expiresAt: null,
      },
      pendingMs,
      chats: new Map(),
      context: new Map(),
      operations: new Operations(),
      claim: null,
    }
    kept.record.expiresAt = firstExpiry(kept, now)
    this.#sessions.set(session.id, kept)
    return { session: copy(kept.record), created: true }
  }

  async getSession(ref: SessionRef, options?: CallOptions): Promise<StoredSession | null> {
    const now = this.#begin(options?.signal)
    const session = this.#sessions.get(ref.id)
    return isOf(session, ref.owner) ? copy(this.#alive(session, now).record) : null
  }

  async findSession(id: string, options?: CallOptions): Promise<StoredSession | null> {
    const now = this.#begin(options?.signal)
    const session = this.#sessions.get(id)
    return session === undefined ? null : copy(this.#alive(session, now).record)
  }

  async updateSession(ref: SessionRef, change: SessionChange, options: UpdateSessionOptions): Promise<StoredSession> {
    const now = this.#begin(options.signal)
    const session = this.#session(ref, now)
    return session.operations.once(options.operationId, () => {
      const { record } = session
      assertVersion(options.expectedVersion, record.version)
      const { status = record.status, tags = record.tags, data = record.data } = copy(change)
      const counted = counts(session, now)
      const counting = ['active', 'paused', 'pending'].includes(status)
      if (counting && !counted) this.#assertQuotas(record.owner, options.quotas, now)
      const finished = record.status === 'pending' && status !== 'pending'
      Object.assign(record, { status, tags, data, version: record.version + 1, updatedAt: now })
      if (finished) {
        session.pendingMs = null
        record.expiresAt = firstExpiry(session, now)
      }
      if (status === 'archived' || status === 'closed') {
        for (const { turn } of session.chats.values()) if (turn !== null) turn.interrupted = true
      }
      return copy(record)
    })
  }

  async touchSession(ref: SessionRef, options: CallOptions & { readonly expiresInMs?: number | undefined } = {}) {
    const now = this.#begin(options.signal)
    const session = this.#session(ref, now)
    noteActivity(session, now)
    const { expiresInMs } = options
    if (expiresInMs !== undefined) session.record.expiresAt = Math.min(now + expiresInMs, absoluteEnd(session.record))
    return copy(session.record)
  }

  async deleteSession(ref: SessionRef, options: WriteOptions): Promise<boolean> {
    this.#begin(options.signal)
    const operation = JSON.stringify([ref.owner.orgId, ref.owner.userId, ref.id, options.operationId])
    return this.#deletions.once(operation, () => {
      return isOf(this.#sessions.get(ref.id), ref.owner) && this.#sessions.delete(ref.id)
    })
  }

  async listSessions(query: ListSessionsQuery, options: PageOptions = {}): Promise<Page<StoredSession>> {
    const now = this.#begin(options.signal)
    const { order = 'created' } = query
    if (order === 'active' && query.userId === undefined) throw invalidArgument('order', 'by activity needs a user')
    const placeOf = ({ record }: KeptSession) =>
      order === 'created' ? [newestFirst(record.id)] : [-minuteOf(record.lastActiveAt), newestFirst(record.id)]
    const scope = JSON.stringify(['sessions', query.orgId, query.userId, query.status, query.tag, order])
    const { items, nextCursor } = pageOf(listed(this.#sessions.values(), query, now), placeOf, scope, options)
    return { items: items.map(({ record }) => copy(record)), nextCursor }
  }

  async countSessions({ status, ...query }: CountSessionsQuery, options?: CallOptions): Promise<number> {
    const now = this.#begin(options?.signal)
    if (status !== 'pending') return listed(this.#sessions.values(), { ...query, status }, now).length
    const { orgId, userId } = query
    if (orgId === undefined || userId === undefined) throw invalidArgument('status', 'pending needs a user')
    const pending = [...this.#sessions.values()].filter((session) => {
      return session.record.status === 'pending' && isOf(session, { orgId, userId }) && !isExpired(session, now)
    })
    return pending.length
  }

  async claimExpired({ limit, leaseMs, only, signal }: ClaimOptions): Promise<readonly ClaimedSession[]> {
    const now = this.#begin(signal)
    const due = [...this.#sessions.values()].filter((session) => {
      if (only !== undefined && !(session.record.id === only.id && isOf(session, only.owner))) return false
      return isExpired(session, now) && (session.claim === null || now >= session.claim.until)
    })
    return due.slice(0, limit).map((session) => {
      const token = newId()
      session.claim = { token, until: now + leaseMs }
      return { session: copy(session.record), claim: token }
    })
  }

  async removeExpired(ref: SessionRef, claim: string, options?: CallOptions): Promise<boolean> {
    const now = this.#begin(options?.signal)
    const session = this.#sessions.get(ref.id)
    if (!isOf(session, ref.owner) || session.claim?.token !== claim || !isExpired(session, now)) return false
    return this.#sessions.delete(ref.id)
  }

  async expireIdle(idleMs: number, options: PageOptions = {}): Promise<Page<string>> {
    const now = this.#begin(options.signal)
    const idle = [...this.#sessions.values()].filter((session) => {
      return !isExpired(session, now) && session.record.lastActiveAt <= now - idleMs
    })
    const { items, nextCursor } = pageOf(idle, ({ record }) => [record.id], `idle ${idleMs}`, options)
    for (const { record } of items) record.expiresAt = now
    return { items: items.map(({ record }) => record.id), nextCursor }
  }

  async createChat(ref: SessionRef, chat: NewStoredChat, { maxChats, ifKeyTaken, signal }: CreateChatOptions) {
    const now = this.#begin(signal)
    const session = this.#session(ref, now)
    assertChatId(chat.id, ref.id)
    const known = session.chats.get(chat.id)
    if (known !== undefined) return { chat: copy(known.record), created: true }
    const { key } = chat
    const holder = [...session.chats.values()].find(({ record }) => key !== null && record.key === key)
    if (holder !== undefined) {
      if (ifKeyTaken === 'reject') throw new SessError('CHAT_EXISTS', 'the key is taken', { key: key ?? undefined })
      return { chat: copy(holder.record), created: false }
    }
    assertWritable(session.record)
    if (maxChats !== null && session.chats.size >= maxChats)
      throw new SessError('CHAT_LIMIT_REACHED', 'the session has enough chats', { limit: maxChats })
    const { firstSeq = 1, createdAt = now, ...given } = copy(chat)
    const record: StoredChat = {
      ...{ ...given, sessionId: ref.id, version: 1, createdAt, updatedAt: now, firstSeq, lastSeq: firstSeq - 1 },
      ...{
        lastMessageAt: null,
        openCalls: 0,
        turnExpiresAt: null,
        turnCount: 0,
        responseMsTotal: 0,
        recentResponseMs: [],
      },
    }
    session.chats.set(chat.id, { record, messages: [], operations: new Operations(), turn: null, lastFence: 0 })
    this.#rearranged(session, session.record.activeChatId ?? chat.id, now)
    return { chat: copy(record), created: true }
  }

  async getChat(ref: ChatRef, options?: CallOptions): Promise<StoredChat | null> {
    const now = this.#begin(options?.signal)
    const session = this.#sessions.get(ref.session.id)
    if (!isOf(session, ref.session.owner)) return null
    const chat = this.#alive(session, now).chats.get(ref.id)
    return chat === undefined ? null : copy(chat.record)
  }

  async updateChat(
    ref: ChatRef,
    change: ChatChange,
    options: WriteOptions & { readonly expectedVersion: number },
  ): Promise<StoredChat> {
    const now = this.#begin(options.signal)
    const { session, chat } = this.#chat(ref, now)
    return chat.operations.once(options.operationId, () => {
      assertWritable(session.record)
      const { record } = chat
      assertVersion(options.expectedVersion, record.version)
      const { data = record.data, maxMessages = record.maxMessages, overflow = record.overflow } = copy(change)
      Object.assign(record, { data, maxMessages, overflow, version: record.version + 1, updatedAt: now })
      return copy(record)
    })
  }

  async deleteChat(ref: ChatRef, options: WriteOptions): Promise<boolean> {
    const now = this.#begin(options.signal)
    const session = this.#session(ref.session, now)
    return session.operations.once(options.operationId, () => {
      assertWritable(session.record)
      if (!session.chats.delete(ref.id)) return false
      const { activeChatId } = session.record
      const [oldest = null] = [...session.chats.keys()].toSorted()
      this.#rearranged(session, activeChatId === ref.id ? oldest : activeChatId, now)
      return true
    })
  }

  async activateChat(ref: ChatRef, options: WriteOptions): Promise<StoredSession> {
    const now = this.#begin(options.signal)
    const { session } = this.#chat(ref, now)
    return session.operations.once(options.operationId, () => {
      assertWritable(session.record)
      this.#rearranged(session, ref.id, now)
      return copy(session.record)
    })
  }

  async listChats(ref: SessionRef, options: PageOptions = {}): Promise<Page<StoredChat>> {
    const session = this.#session(ref, this.#begin(options.signal))
    const page = pageOf([...session.chats.values()], ({ record }) => [record.id], `chats ${ref.id}`, options)
    return { items: page.items.map(({ record }) => copy(record)), nextCursor: page.nextCursor }
  }

  async appendMessages(ref: ChatRef, messages: readonly NewMessage[], options: AppendOptions = {}) {
    const now = this.#begin(options.signal)
    const { session, chat } = this.#chat(ref, now)
    const plan = planAppend(chat.messages, messages)
    // A repeat is answered whatever has become of the turn, the state and the room since.
    if (plan.fresh.length > 0) {
      if (options.fence === undefined) assertWritable(session.record)
      else assertTurn(chat, options.fence)
      assertRoom(chat, chat.messages.length, plan.fresh.length)
      noteActivity(session, now)
    }
    return append(chat, plan, now)
  }

  async readMessages(ref: ChatRef, range: MessageRange, options?: CallOptions): Promise<MessagePage> {
    const { chat } = this.#chat(ref, this.#begin(options?.signal))
    return page(chat, range)
  }

  async rewriteMessages(
    ref: ChatRef,
    keepThrough: number,
    messages: readonly NewMessage[],
    options: RewriteOptions,
  ): Promise<AppendResult> {
    const now = this.#begin(options.signal)
    const { session, chat } = this.#chat(ref, now)
    return chat.operations.once(options.operationId, () => {
      if (options.fence !== undefined) assertTurn(chat, options.fence)
      else {
        assertWritable(session.record)
        if (chat.turn !== null && holds(chat.turn, now)) throw turnInProgress(chat.turn, now)
      }
      assertVersion(options.expectedLastSeq ?? chat.record.lastSeq, chat.record.lastSeq)
      const kept = chat.messages.filter(({ message }) => message.seq <= keepThrough)
      const plan = planAppend(kept, messages)
      assertAllNew(plan, messages)
      assertRoom(chat, kept.length, plan.fresh.length)
      cutAfter(chat, keepThrough)
      noteActivity(session, now)
      return copy(append(chat, plan, now))
    })
  }

  async getContext(ref: SessionRef, key: string, options?: CallOptions): Promise<JsonValue | undefined> {
    return this.#session(ref, this.#begin(options?.signal)).context.get(key)
  }

  async listContext(ref: SessionRef, options?: CallOptions): Promise<readonly (readonly [string, JsonValue])[]> {
    const entries = [...this.#session(ref, this.#begin(options?.signal)).context]
    return entries.toSorted(([a], [b]) => (a < b ? -1 : 1))
  }

  async setContext(
    ref: SessionRef,
    entries: readonly (readonly [string, JsonValue])[],
    { maxKeys, maxBytes, operationId, signal }: SetContextOptions,
  ): Promise<void> {
    const now = this.#begin(signal)
    const session = this.#session(ref, now)
    session.operations.once(operationId, () => {
      assertWritable(session.record)
      const after = new Map([...session.context, ...entries.map(([key, value]) => [key, copy(value)] as const)])
      if (maxKeys !== null && after.size > maxKeys) throw contextFull(maxKeys, 'keys')
      const bytes = [...after].reduce((sum, [key, value]) => sum + jsonBytes(key) + jsonBytes(value), 0)
      if (maxBytes !== null && bytes > maxBytes) throw contextFull(maxBytes, 'bytes')
      for (const [key, value] of after) session.context.set(key, value)
      noteActivity(session, now)
    })
  }

  async deleteContext(ref: SessionRef, key: string, options: WriteOptions): Promise<boolean> {
    const now = this.#begin(options.signal)
    const session = this.#session(ref, now)
    return session.operations.once(options.operationId, () => {
      assertWritable(session.record)
      noteActivity(session, now)
      return session.context.delete(key)
    })
  }

  async beginTurn(ref: ChatRef, { turnId, leaseMs, ifBusy, signal }: BeginTurnOptions): Promise<TurnGrant> {
    const now = this.#begin(signal)
    const { session, chat } = this.#chat(ref, now)
    if (chat.turn?.turnId !== turnId) {
      assertWritable(session.record)
      if (session.record.status === 'pending') throw sessionNotFound(ref.session.id)
      if (chat.turn !== null && holds(chat.turn, now) && ifBusy === 'reject') throw turnInProgress(chat.turn, now)
      chat.turn = { turnId, fence: ++chat.lastFence, until: now + leaseMs, interrupted: false, ended: false }
      chat.record.turnExpiresAt = chat.turn.until
      noteActivity(session, now)
    }
    return { fence: chat.turn.fence, session: copy(session.record), chat: copy(chat.record) }
  }

  async renewTurn(ref: ChatRef, fence: number, options: CallOptions & { readonly leaseMs: number }) {
    const now = this.#begin(options.signal)
    const { session, chat } = this.#chat(ref, now)
    const turn = assertTurn(chat, fence)
    turn.until = now + options.leaseMs
    chat.record.turnExpiresAt = turn.until
    noteActivity(session, now)
    return { interrupted: turn.interrupted }
  }

  async endTurn(ref: ChatRef, fence: number, options: CallOptions & { readonly responseMs?: number | undefined } = {}) {
    const { chat } = this.#chat(ref, this.#begin(options.signal))
    const { turn, record } = chat
    if (turn?.fence !== fence) throw turnLost(fence)
    if (turn.ended) return
    turn.ended = true
    record.turnExpiresAt = null
    const { responseMs } = options
    if (responseMs === undefined) return
    record.turnCount++
    record.responseMsTotal += responseMs
    record.recentResponseMs = [...record.recentResponseMs, responseMs].slice(-50)
  }

  async interruptTurn(ref: ChatRef, options?: CallOptions): Promise<boolean> {
    const now = this.#begin(options?.signal)
    const { turn } = this.#chat(ref, now).chat
    if (turn === null || !holds(turn, now)) return false
    turn.interrupted = true
    return true
  }

  async open(options?: CallOptions): Promise<void> {
    this.#begin(options?.signal)
  }

  async health(options?: CallOptions): Promise<StoreHealth> {
    const now = this.#begin(options?.signal)
    return { ok: true, now, latencyMs: 0, problems: [], details: { sessions: this.#sessions.size } }
  }

  async stats(scope: StatsScope, options?: CallOptions): Promise<StoreStats> {
    const found = listed(this.#sessions.values(), scope, this.#begin(options?.signal))
    const sessions = { active: 0, paused: 0, archived: 0, closed: 0 }
    for (const { record } of found) if (record.status !== 'pending') sessions[record.status]++
    const inOrder = found.map(({ record }) => record).toSorted((a, b) => (a.id < b.id ? -1 : 1))
    const chats = found.flatMap(({ chats }) => [...chats.values()])
    return {
      sessions,
      users: new Set(inOrder.map(({ owner }) => JSON.stringify([owner.orgId, owner.userId]))).size,
      chats: chats.length,
      messages: chats.reduce((sum, { messages }) => sum + messages.length, 0),
      oldestSessionAt: inOrder[0]?.createdAt ?? null,
      newestSessionAt: inOrder.at(-1)?.createdAt ?? null,
      lastActiveAt: inOrder.length === 0 ? null : Math.max(...inOrder.map(({ lastActiveAt }) => lastActiveAt)),
    }
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  /** Every method begins here. @returns the time it happens at. */
  #begin(signal: AbortSignal | undefined): number {
    if (this.#closed) throw new SessError('CLOSED', 'the store was closed', {})
    signal?.throwIfAborted()
    return this.#clock()
  }

  #alive(session: KeptSession, now: number): KeptSession {
    if (!isExpired(session, now)) return session
    throw sessionExpired(session.record.id)
  }

  #session(ref: SessionRef, now: number): KeptSession {
    const session = this.#sessions.get(ref.id)
    if (!isOf(session, ref.owner)) throw sessionNotFound(ref.id)
    return this.#alive(session, now)
  }

  #chat(ref: ChatRef, now: number): { readonly session: KeptSession; readonly chat: KeptChat } {
    const session = this.#session(ref.session, now)
    const chat = session.chats.get(ref.id)
    if (chat === undefined) throw chatNotFound(ref.id)
    return { session, chat }
  }

  #assertQuotas(owner: SessionRef['owner'], quotas: SessionQuotas, now: number): void {
    const counted = [...this.#sessions.values()].filter((session) => counts(session, now))
    for (const scope of scopes) {
      const limit = quotas[scope]
      const taken = counted.filter((session) => {
        return scope === 'user' ? isOf(session, owner) : scope === 'store' || session.record.owner.orgId === owner.orgId
      })
      if (limit !== null && taken.length >= limit)
        throw new SessError('SESSION_LIMIT_REACHED', 'there is no room', { scope, limit })
    }
  }

  /** A chat came, went, or became the active one. */
  #rearranged(session: KeptSession, activeChatId: string | null, now: number): void {
    const { record } = session
    Object.assign(record, { activeChatId, chatCount: session.chats.size, version: record.version + 1, updatedAt: now })
    if (session.pendingMs !== null) noteActivity(session, now)
  }
}

function assertVersion(expected: number, actual: number): void {
  if (expected !== actual) throw versionConflict(expected, actual)
}

/** Shares nothing with what is kept. */
function copy<Value>(value: Value): Value {
  return frozenJson(value, 'value') as Value
}

function minuteOf(instant: number): number {
  return Math.floor(instant / 60_000)
}

function holds(turn: Turn, now: number): boolean {
  return !turn.ended && now < turn.until
}

/** @throws `TURN_LOST` unless the fence is the running turn's; a lease that ran out does no harm by itself. */
function assertTurn({ turn }: KeptChat, fence: number): Turn {
  if (turn === null || turn.fence !== fence || turn.ended) throw turnLost(fence)
  return turn
}

function turnLost(fence: number): SessError {
  return new SessError('TURN_LOST', 'another turn has begun, or this one ended', { fence })
}

function turnInProgress(turn: Turn, now: number): SessError {
  return new SessError('TURN_IN_PROGRESS', 'a turn runs', { reason: 'busy', retryAfterMs: turn.until - now })
}

function contextFull(limit: number, unit: 'keys' | 'bytes'): SessError {
  return new SessError('CONTEXT_LIMIT_REACHED', `the context holds at most ${limit} ${unit}`, { limit, unit })
}
