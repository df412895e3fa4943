import {
  type JsonValue,
  type Owner,
  SessError,
  type SessionQuery,
  type SessionQuotas,
  type SessionRef,
  type Store,
  type StoredSession,
  sameOwner,
} from '@sess/core'
import type { ModelChat } from './model-history.ts'

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] }

type Method<Name extends keyof Store> = Store[Name] extends (...parameters: infer Parameters) => unknown
  ? (...parameters: Parameters) => Awaited<ReturnType<Store[Name]>>
  : never

/** The part of a store that has a model: the answers of all but its lifecycle, without cursors and signals. */
export type Model = { readonly [Name in Exclude<keyof Store, 'supports' | 'open' | 'health' | 'close'>]: Method<Name> }

export interface ModelSession extends Writable<StoredSession> {
  readonly pendingMs: number | null
  chats: ModelChat[]
  context: Map<string, JsonValue>
  done: Set<string>
  claim: { readonly id: string; readonly endsAt: number } | null
}

/** What is there, and what the methods of both halves of the model do with it. */
export function newModelState(clock: () => number) {
  const sessions: ModelSession[] = []
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
  function assertNoTurn({ turn }: ModelChat): void {
    if (!turn.runs || clock() >= turn.leaseEndsAt) return
    throw new SessError('TURN_IN_PROGRESS', '', { reason: 'busy', retryAfterMs: turn.leaseEndsAt - clock() })
  }
  function assertQuotas({ orgId, userId }: Owner, quotas: SessionQuotas): void {
    for (const [scope, query] of Object.entries({ user: { orgId, userId }, org: { orgId }, store: {} })) {
      const limit = quotas[scope as 'user']
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

  function sessionRecord({ pendingMs, chats, context, done, claim, ...record }: ModelSession): StoredSession {
    return structuredClone({ ...record, chatCount: chats.length })
  }
  const remove = (session: ModelSession): void => {
    sessions.splice(sessions.indexOf(session), 1)
  }

  return {
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
    neededChat,
    assertWritable,
    assertVersion,
    assertNoTurn,
    assertQuotas,
    endAfter,
    slide,
    active,
    changed,
    sessionRecord,
    remove,
  }
}

export type ModelState = ReturnType<typeof newModelState>
