import {
  type AppendResult,
  assertChatId,
  assertSessionId,
  bodyOf,
  frozenJson,
  type JsonValue,
  jsonBytes,
  jsonEquals,
  type Message,
  type NewMessage,
  newId,
  outsideResults,
  SessError,
  type SessionQuery,
  type SessionRef,
  type Store,
  type StoredChat,
  type StoredSession,
  sameOwner,
  unansweredCalls,
} from '@sess/core'

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] }

interface ModelChat extends Writable<Omit<StoredChat, 'firstSeq' | 'lastSeq' | 'openCalls' | 'recentResponseMs'>> {
  /** All that were ever appended and not rewritten; those before `firstSeq` are trimmed away. */
  all: Message[]
  beginsAt: number
  firstSeq: number
  times: number[]
  done: Map<string, AppendResult | null>
  turn: { id: string; fence: number; runs: boolean; leaseEndsAt: number; interrupted: boolean }
}

interface ModelSession extends Writable<StoredSession> {
  readonly pendingMs: number | null
  chats: ModelChat[]
  context: Map<string, JsonValue>
  done: Set<string>
  claim: { readonly id: string; readonly endsAt: number } | null
}

type Method<Name extends keyof Store> = Store[Name] extends (...parameters: infer Parameters) => unknown
  ? (...parameters: Parameters) => Awaited<ReturnType<Store[Name]>>
  : never

/** The part of a store that has a model: the answers of all but its lifecycle, without cursors and signals. */
export type Model = { readonly [Name in Exclude<keyof Store, 'supports' | 'open' | 'health' | 'close'>]: Method<Name> }

/** The contract in its plainest form: lists, searched from the front. It answers at once, and every page is the last. */
export function newModel(clock: () => number): Model {
  let sessions: ModelSession[] = []
  const deletions = new Map<string, string>()

  const isExpired = ({ expiresAt }: ModelSession): boolean => expiresAt !== null && clock() >= expiresAt
  const counts = ({ status }: { status: string }): boolean => ['active', 'paused', 'pending'].includes(status)
  const living = ({ orgId, userId, status }: SessionQuery): ModelSession[] =>
    sessions
      .filter((session) => !isExpired(session) && (orgId ?? session.owner.orgId) === session.owner.orgId)
      .filter((session) => (userId ?? session.owner.userId) === session.owner.userId)
      .filter((session) => (status ?? session.status) === session.status)
  const listed = (query: SessionQuery): ModelSession[] => living(query).filter(({ status }) => status !== 'pending')
  const ownedBy = ({ id, owner }: SessionRef): ModelSession | undefined =>
    sessions.find((session) => session.id === id && sameOwner(session.owner, owner))

  function found(ref: SessionRef): ModelSession | undefined {
    const session = ownedBy(ref)
    return session === undefined ? undefined : used(session)
  }
  function used(session: ModelSession): ModelSession {
    if (isExpired(session)) throw new SessError('SESSION_EXPIRED', '', { sessionId: session.id })
    return session
  }
  function needed(ref: SessionRef): ModelSession {
    const session = found(ref)
    if (session === undefined) throw new SessError('SESSION_NOT_FOUND', '', { sessionId: ref.id })
    return session
  }
  function neededChat(ref: { id: string; session: SessionRef }): [ModelSession, ModelChat] {
    const session = needed(ref.session)
    const chat = session.chats.find(({ id }) => id === ref.id)
    if (chat === undefined) throw new SessError('CHAT_NOT_FOUND', '', { chatId: ref.id })
    return [session, chat]
  }
  function assertWritable({ status, id: sessionId }: ModelSession): void {
    if (status === 'paused') throw new SessError('SESSION_PAUSED', '', { sessionId })
    if (status === 'archived') throw new SessError('SESSION_ARCHIVED', '', { sessionId })
    if (status === 'closed') throw new SessError('SESSION_CLOSED', '', { sessionId })
  }
  function assertVersion(expectedVersion: number, actualVersion: number): void {
    if (expectedVersion !== actualVersion)
      throw new SessError('VERSION_CONFLICT', '', { expectedVersion, actualVersion })
  }
  function assertFence({ turn }: ModelChat, fence: number): void {
    if (!turn.runs || turn.fence !== fence) throw new SessError('TURN_LOST', '', { fence })
  }
  function assertNoTurn({ turn }: ModelChat): void {
    if (!turn.runs || clock() >= turn.leaseEndsAt) return
    throw new SessError('TURN_IN_PROGRESS', '', { reason: 'busy', retryAfterMs: turn.leaseEndsAt - clock() })
  }
  function assertQuotas({ orgId, userId }: SessionRef['owner'], quotas: { [scope: string]: number | null }): void {
    for (const [scope, query] of Object.entries({ user: { orgId, userId }, org: { orgId }, store: {} })) {
      const limit = quotas[scope] ?? null
      if (limit === null || living(query).filter(counts).length < limit) continue
      throw new SessError('SESSION_LIMIT_REACHED', '', { scope: scope as 'user', limit })
    }
  }

  function endAfter({ createdAt, expiry: { absoluteMs } }: StoredSession, lengthMs: number | null): number | null {
    const end = Math.min(
      lengthMs === null ? Infinity : clock() + lengthMs,
      absoluteMs === null ? Infinity : createdAt + absoluteMs,
    )
    return end === Infinity ? null : end
  }
  function slide(session: ModelSession): void {
    const lengthMs = session.status === 'pending' ? session.pendingMs : session.expiry.idleMs
    const end = endAfter(session, lengthMs)
    if (lengthMs !== null && end !== null && session.expiresAt !== null && end > session.expiresAt)
      session.expiresAt = end
  }
  function active(session: ModelSession): void {
    session.lastActiveAt = clock()
    slide(session)
  }
  function changed(session: ModelSession): void {
    session.version++
    session.updatedAt = clock()
    if (session.status === 'pending') slide(session)
  }

  const kept = (chat: ModelChat): Message[] => chat.all.filter(({ seq }) => seq >= chat.firstSeq)
  const openAfter = (messages: readonly Message[]): number =>
    messages.reduce(
      (open, { content }) => Math.max(0, open - outsideResults(content).length) + unansweredCalls(content).length,
      0,
    )
  function trimmedFirstSeq(chat: ModelChat, max: number): number {
    const messages = kept(chat)
    if (messages.length <= max) return chat.firstSeq
    const isResult = ({ content }: Message): boolean => outsideResults(content).length > 0
    const begins = (message: Message): boolean =>
      !isResult(message) && openAfter(chat.all.slice(0, chat.all.indexOf(message))) === 0
    const newest = messages.slice(-max)
    const before = messages.slice(0, -max).findLast(begins)
    const start =
      newest.find(begins) ??
      (before !== undefined && messages.length - messages.indexOf(before) < 2 * max ? before : undefined) ??
      newest.find((message) => !isResult(message))
    return start?.seq ?? chat.beginsAt + chat.all.length
  }
  /** What it would mean to put messages in the place of those after `last`. */
  function planned(chat: ModelChat, last: number, messages: readonly NewMessage[]) {
    const left = chat.all.filter(({ seq }) => seq <= last)
    const added: Message[] = []
    let conflictId: string | null = null
    const seqs = messages.map((message) => {
      const there = [...left.filter(({ seq }) => seq >= chat.firstSeq), ...added].find(({ id }) => id === message.id)
      if (there !== undefined && !jsonEquals(bodyOf(there), bodyOf(message))) conflictId ??= message.id
      if (there !== undefined) return there.seq
      const seq = chat.beginsAt + left.length + added.length
      const copy = frozenJson(message, 'message') as unknown as NewMessage
      added.push({ ...copy, seq, createdAt: message.createdAt ?? clock() })
      return seq
    })
    const written = seqs.map((seq, at) => added.some((message) => message.seq === seq) && seqs.indexOf(seq) === at)
    return { left, added, conflictId, seqs, written }
  }
  function write(
    chat: ModelChat,
    { left, added, conflictId, seqs, written }: ReturnType<typeof planned>,
  ): AppendResult {
    if (conflictId !== null) throw new SessError('MESSAGE_CONFLICT', '', { messageId: conflictId })
    const limit = chat.maxMessages ?? Infinity
    const length = left.filter(({ seq }) => seq >= chat.firstSeq).length + added.length
    if (chat.overflow === 'reject' && added.length > 0 && length > limit) {
      throw new SessError('MESSAGE_LIMIT_REACHED', '', { limit })
    }
    chat.all = [...left, ...added]
    if (added.length > 0) chat.lastMessageAt = clock()
    if (chat.overflow === 'trim-oldest') chat.firstSeq = trimmedFirstSeq(chat, limit)
    return { seqs, written, storedAt: clock(), firstSeq: chat.firstSeq }
  }
  const lastSeqOf = (chat: ModelChat): number => chat.beginsAt + chat.all.length - 1

  function sessionRecord({ pendingMs, chats, context, done, claim, ...record }: ModelSession): StoredSession {
    return structuredClone({ ...record, chatCount: chats.length })
  }
  function chatRecord({ all, beginsAt, times, done, turn, ...record }: ModelChat): StoredChat {
    const lastSeq = beginsAt + all.length - 1
    return structuredClone({ ...record, lastSeq, openCalls: openAfter(all), recentResponseMs: times.slice(-50) })
  }
  const remove = (session: ModelSession): void => {
    sessions = sessions.filter((other) => other !== session)
  }

  return {
    createSession({ pendingMs, ...made }, { quotas, ifKeyTaken }) {
      assertSessionId(made.id, made.owner)
      const same = sessions.find(({ id }) => id === made.id)
      if (same !== undefined && !sameOwner(same.owner, made.owner)) throw new SessError('SESSION_EXISTS', '', {})
      if (same !== undefined) return { session: sessionRecord(used(same)), created: true }
      const holder = sessions.find(({ key, owner }) => key !== null && key === made.key && sameOwner(owner, made.owner))
      if (holder !== undefined) used(holder)
      if (holder !== undefined && ifKeyTaken === 'reject')
        throw new SessError('SESSION_EXISTS', '', { key: `${made.key}` })
      if (holder !== undefined) return { session: sessionRecord(holder), created: false }
      assertQuotas(made.owner, { ...quotas })
      const at = { createdAt: made.createdAt ?? clock(), updatedAt: clock(), lastActiveAt: clock(), expiresAt: null }
      const empty = {
        activeChatId: null,
        chatCount: 0,
        chats: [],
        context: new Map(),
        done: new Set<string>(),
        claim: null,
      }
      const status = pendingMs === null ? 'active' : 'pending'
      const session: ModelSession = { ...structuredClone(made), ...at, ...empty, status, version: 1, pendingMs }
      session.expiresAt = endAfter(session, pendingMs ?? made.expiry.idleMs)
      sessions.push(session)
      return { session: sessionRecord(session), created: true }
    },
    getSession(ref) {
      const session = found(ref)
      return session === undefined ? null : sessionRecord(session)
    },
    findSession(id) {
      const session = sessions.find((other) => other.id === id)
      return session === undefined ? null : sessionRecord(used(session))
    },
    updateSession(ref, { status, tags, data }, { operationId, expectedVersion, quotas }) {
      const session = needed(ref)
      if (session.done.has(operationId)) return sessionRecord(session)
      assertVersion(expectedVersion, session.version)
      if (status !== undefined && counts({ status }) && !counts(session)) assertQuotas(session.owner, { ...quotas })
      const wasPending = session.status === 'pending' && status !== undefined
      Object.assign(
        session,
        structuredClone({ status: status ?? session.status, tags: tags ?? session.tags, data: data ?? session.data }),
      )
      if (wasPending) session.expiresAt = endAfter(session, session.expiry.idleMs)
      changed(session)
      session.done.add(operationId)
      return sessionRecord(session)
    },
    touchSession(ref, options) {
      const session = needed(ref)
      active(session)
      if (options?.expiresInMs !== undefined) session.expiresAt = endAfter(session, options.expiresInMs)
      return sessionRecord(session)
    },
    deleteSession(ref, { operationId }) {
      const session = ownedBy(ref)
      if (session === undefined) return deletions.get(operationId) === ref.id
      remove(session)
      deletions.set(operationId, ref.id)
      return true
    },
    listSessions({ tag, order, ...query }) {
      const minute = ({ lastActiveAt }: ModelSession): number =>
        order === 'active' ? Math.floor(lastActiveAt / 60_000) : 0
      const items = listed(query).filter(({ tags }) => tag === undefined || tags.includes(tag))
      items.sort((a, b) => minute(b) - minute(a) || (a.id < b.id ? 1 : -1))
      return { items: items.map(sessionRecord), nextCursor: null }
    },
    countSessions: (query) => listed(query).length,
    claimExpired({ limit, leaseMs, only }) {
      const free = (only === undefined ? sessions : [ownedBy(only)].filter((session) => session !== undefined)).filter(
        (session) => isExpired(session) && (session.claim === null || clock() >= session.claim.endsAt),
      )
      return free.slice(0, limit).map((session) => {
        session.claim = { id: newId(), endsAt: clock() + leaseMs }
        return { session: sessionRecord(session), claim: session.claim.id }
      })
    },
    removeExpired(ref, claim) {
      const session = ownedBy(ref)
      if (session?.claim?.id !== claim) return false
      remove(session)
      return true
    },
    expireIdle(idleMs) {
      const idle = listed({}).filter(({ lastActiveAt }) => clock() - lastActiveAt >= idleMs)
      for (const session of idle) session.expiresAt = clock()
      return { items: idle.map(({ id }) => id), nextCursor: null }
    },
    stats(scope) {
      const all = listed(scope)
      const of = (status: string): number => all.filter((session) => session.status === status).length
      const chats = all.flatMap((session) => session.chats)
      const ids = all.toSorted((a, b) => (a.id < b.id ? -1 : 1))
      return {
        sessions: { active: of('active'), paused: of('paused'), archived: of('archived'), closed: of('closed') },
        users: new Set(all.map(({ owner }) => JSON.stringify([owner.orgId, owner.userId]))).size,
        chats: chats.length,
        messages: chats.reduce((sum, chat) => sum + kept(chat).length, 0),
        oldestSessionAt: ids.at(0)?.createdAt ?? null,
        newestSessionAt: ids.at(-1)?.createdAt ?? null,
        lastActiveAt: all.length === 0 ? null : Math.max(...all.map(({ lastActiveAt }) => lastActiveAt)),
      }
    },

    createChat(ref, { firstSeq = 1, ...made }, { maxChats, ifKeyTaken }) {
      const session = needed(ref)
      assertChatId(made.id, session.id)
      const same = session.chats.find(({ id }) => id === made.id)
      if (same !== undefined) return { chat: chatRecord(same), created: true }
      if (sessions.some(({ chats }) => chats.some(({ id }) => id === made.id)))
        throw new SessError('CHAT_EXISTS', '', {})
      const holder = session.chats.find(({ key }) => key !== null && key === made.key)
      if (holder !== undefined && ifKeyTaken === 'reject')
        throw new SessError('CHAT_EXISTS', '', { key: `${made.key}` })
      if (holder !== undefined) return { chat: chatRecord(holder), created: false }
      assertWritable(session)
      if (maxChats !== null && session.chats.length >= maxChats)
        throw new SessError('CHAT_LIMIT_REACHED', '', { limit: maxChats })
      const turn = { id: '', fence: 0, runs: false, leaseEndsAt: 0, interrupted: false }
      const at = { createdAt: made.createdAt ?? clock(), updatedAt: clock(), lastMessageAt: null }
      const log = { all: [], beginsAt: firstSeq, firstSeq, times: [], turnCount: 0, responseMsTotal: 0 }
      const chat = { ...structuredClone(made), ...at, ...log, sessionId: session.id, version: 1, done: new Map(), turn }
      session.chats.push(chat)
      session.activeChatId ??= chat.id
      changed(session)
      return { chat: chatRecord(chat), created: true }
    },
    getChat({ id, session }) {
      const chat = found(session)?.chats.find((other) => other.id === id)
      return chat === undefined ? null : chatRecord(chat)
    },
    updateChat(ref, change, { operationId, expectedVersion }) {
      const [session, chat] = neededChat(ref)
      if (chat.done.has(operationId)) return chatRecord(chat)
      assertWritable(session)
      assertVersion(expectedVersion, chat.version)
      Object.assign(chat, JSON.parse(JSON.stringify(change)), { version: chat.version + 1, updatedAt: clock() })
      if (session.status === 'pending') slide(session)
      chat.done.set(operationId, null)
      return chatRecord(chat)
    },
    deleteChat(ref, { operationId }) {
      const session = needed(ref.session)
      if (session.done.has(operationId)) return true
      assertWritable(session)
      if (!session.chats.some(({ id }) => id === ref.id)) return false
      session.chats = session.chats.filter(({ id }) => id !== ref.id)
      if (session.activeChatId === ref.id) session.activeChatId = session.chats.map(({ id }) => id).sort()[0] ?? null
      changed(session)
      session.done.add(operationId)
      return true
    },
    activateChat(ref, { operationId }) {
      const session = needed(ref.session)
      if (session.done.has(operationId)) return sessionRecord(session)
      assertWritable(session)
      neededChat(ref)
      if (session.activeChatId === ref.id) return sessionRecord(session)
      session.activeChatId = ref.id
      changed(session)
      session.done.add(operationId)
      return sessionRecord(session)
    },
    listChats: (ref) => ({
      items: needed(ref)
        .chats.toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .map(chatRecord),
      nextCursor: null,
    }),

    appendMessages(ref, messages, options) {
      const [session, chat] = neededChat(ref)
      const plan = planned(chat, lastSeqOf(chat), messages)
      const { seqs, written, added, conflictId } = plan
      // A repeat is answered whatever happened since.
      if (added.length === 0 && conflictId === null)
        return { seqs, written, storedAt: clock(), firstSeq: chat.firstSeq }
      if (options?.fence === undefined) assertWritable(session)
      else assertFence(chat, options.fence)
      const result = write(chat, plan)
      active(session)
      return result
    },
    readMessages(ref, { before, after, offset, limit }) {
      const [, chat] = neededChat(ref)
      const messages = kept(chat)
      const range = { firstSeq: chat.firstSeq, lastSeq: lastSeqOf(chat) }
      if (after !== undefined) return { messages: messages.filter(({ seq }) => seq > after).slice(0, limit), ...range }
      if (offset !== undefined) return { messages: messages.slice(offset, offset + limit), ...range }
      return { messages: messages.filter(({ seq }) => seq < (before ?? Infinity)).slice(-limit), ...range }
    },
    rewriteMessages(ref, keepThrough, messages, { operationId, fence, expectedLastSeq }) {
      const [session, chat] = neededChat(ref)
      const answered = chat.done.get(operationId)
      if (answered) return answered
      if (fence === undefined) {
        assertWritable(session)
        assertNoTurn(chat)
      } else assertFence(chat, fence)
      assertVersion(expectedLastSeq ?? lastSeqOf(chat), lastSeqOf(chat))
      const last = Math.min(Math.max(keepThrough, chat.firstSeq - 1), lastSeqOf(chat))
      const result = write(chat, planned(chat, last, messages))
      active(session)
      chat.done.set(operationId, { ...result })
      return result
    },

    getContext: (ref, key) => needed(ref).context.get(key),
    listContext: (ref) => [...needed(ref).context].sort(([a], [b]) => (a < b ? -1 : 1)),
    setContext(ref, entries, { operationId, maxKeys, maxBytes }) {
      const session = needed(ref)
      if (session.done.has(operationId)) return
      assertWritable(session)
      const context = new Map([...session.context, ...entries])
      const bytes = [...context].reduce((sum, [key, value]) => sum + jsonBytes(key) + jsonBytes(value), 0)
      if (maxKeys !== null && context.size > maxKeys)
        throw new SessError('CONTEXT_LIMIT_REACHED', '', { limit: maxKeys, unit: 'keys' })
      if (maxBytes !== null && bytes > maxBytes)
        throw new SessError('CONTEXT_LIMIT_REACHED', '', { limit: maxBytes, unit: 'bytes' })
      session.context = context
      active(session)
      session.done.add(operationId)
    },
    deleteContext(ref, key, { operationId }) {
      const session = needed(ref)
      if (session.done.has(operationId)) return true
      assertWritable(session)
      if (!session.context.delete(key)) return false
      active(session)
      session.done.add(operationId)
      return true
    },

    beginTurn(ref, { turnId, leaseMs, ifBusy }) {
      const [session, chat] = neededChat(ref)
      if (chat.turn.id !== turnId) {
        assertWritable(session)
        if (session.status === 'pending') throw new SessError('SESSION_NOT_FOUND', '', { sessionId: session.id })
        if (ifBusy === 'reject') assertNoTurn(chat)
        chat.turn = {
          id: turnId,
          fence: chat.turn.fence + 1,
          runs: true,
          leaseEndsAt: clock() + leaseMs,
          interrupted: false,
        }
      }
      return { fence: chat.turn.fence, session: sessionRecord(session), chat: chatRecord(chat) }
    },
    renewTurn(ref, fence, { leaseMs }) {
      const [session, chat] = neededChat(ref)
      const { status } = session
      assertFence(chat, fence)
      active(session)
      chat.turn.leaseEndsAt = clock() + leaseMs
      return { interrupted: chat.turn.interrupted || status === 'archived' || status === 'closed' }
    },
    endTurn(ref, fence, options) {
      const [, chat] = neededChat(ref)
      if (fence === chat.turn.fence && fence > 0 && !chat.turn.runs) return
      assertFence(chat, fence)
      chat.turn.runs = false
      if (options?.responseMs === undefined) return
      chat.turnCount++
      chat.responseMsTotal += options.responseMs
      chat.times.push(options.responseMs)
    },
    interruptTurn(ref) {
      const [, { turn }] = neededChat(ref)
      if (!turn.runs || clock() >= turn.leaseEndsAt) return false
      turn.interrupted = true
      return true
    },
  }
}
