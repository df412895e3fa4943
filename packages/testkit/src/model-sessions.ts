import { assertSessionId, newId, SessError, sameOwner } from '@sess/core'
import { kept } from './model-history.ts'
import type { Model, ModelSession, ModelState } from './model-state.ts'

export type SessionMethods =
  | 'createSession'
  | 'getSession'
  | 'findSession'
  | 'updateSession'
  | 'touchSession'
  | 'deleteSession'
  | 'listSessions'
  | 'countSessions'
  | 'claimExpired'
  | 'removeExpired'
  | 'expireIdle'
  | 'stats'

export function sessionsOf(state: ModelState): Pick<Model, SessionMethods> {
  const {
    clock,
    sessions,
    isExpired,
    counts,
    living,
    listed,
    ownedBy,
    found,
    used,
    needed,
    assertVersion,
    assertQuotas,
    endAfter,
    active,
    changed,
    sessionRecord,
    remove,
  } = state
  const deletions = new Map<string, string>()
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
      assertQuotas(made.owner, quotas)
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
      if (status !== undefined && counts({ status }) && !counts(session)) assertQuotas(session.owner, quotas)
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
    countSessions: ({ status, ...query }) => {
      if (status === 'pending') return living(query).filter((session) => session.status === 'pending').length
      return listed({ ...query, status }).length
    },
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
  }
}
