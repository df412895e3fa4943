import {
  assertSessionId,
  type CallOptions,
  type CreateSessionOptions,
  checkedOwner,
  frozenJsonObject,
  isId,
  type JsonObject,
  type NewStoredSession,
  newId,
  type SessionChange,
  type SessionQuotas,
  type SessionRef,
  type StoredSession,
  type UpdateSessionOptions,
} from '@sess/core'
import type { Backend, ScriptCall } from './backend.ts'
import { isNamed, orgHash, ownerHash, token } from './keys.ts'
import { sessionNotFound } from './refusal.ts'
import { argument, numberOrNull, type Row, sessionOf } from './rows.ts'
import * as scripts from './scripts.ts'

export interface SessionCreation {
  readonly session: StoredSession
  readonly created: boolean
}

export async function createSession(
  backend: Backend,
  session: NewStoredSession,
  options: CreateSessionOptions,
): Promise<SessionCreation> {
  const made = copiedSession(session)
  return creationOf(await backend.run(scripts.createSession, creationCall(backend, made, options)), made)
}

/** A copy that nobody else has a hand on. @throws {@link SessError} `INVALID_ARGUMENT`, `INVALID_ORG_ID`, `INVALID_USER_ID`. */
export function copiedSession(session: NewStoredSession): NewStoredSession {
  const owner = checkedOwner(session.owner)
  assertSessionId(session.id, owner)
  const { idleMs, absoluteMs } = session.expiry
  const data = frozenJsonObject(session.data, 'data')
  return {
    ...session,
    owner,
    data,
    tags: Object.freeze([...session.tags]),
    expiry: Object.freeze({ idleMs, absoluteMs }),
  }
}

/** How a session is made where other slots keep places for it. */
export interface CreationStep {
  readonly shard: number
  readonly mode: 'commit' | 'probe'
  /** When the places end. */
  readonly notAfter: number | null
}

export function creationCall(
  { keys }: Backend,
  session: NewStoredSession,
  options: CreateSessionOptions,
  { shard, mode, notAfter }: CreationStep = { shard: 0, mode: 'commit', notAfter: null },
): ScriptCall {
  const { id, owner, key, tags, expiry, pendingMs, createdAt } = session
  const { quotas, ifKeyTaken } = options
  return {
    keys: [keys.session(id)],
    args: [
      ownerHash(owner),
      orgHash(owner.orgId),
      JSON.stringify([owner.orgId, owner.userId]),
      argument(key),
      JSON.stringify(tags),
      JSON.stringify(session.data),
      argument(expiry.idleMs),
      argument(expiry.absoluteMs),
      argument(pendingMs),
      argument(createdAt),
      ifKeyTaken,
      ...limitsOf(quotas),
      `${shard}`,
      mode,
      argument(notAfter),
    ],
    about: { sessionId: id, key, limits: { ...quotas } },
    options,
  }
}

export function creationOf(reply: unknown, made: NewStoredSession): SessionCreation {
  const [first, second, id] = reply as readonly [Row | string, number | string, string?]
  if (id !== undefined) return { session: sessionOf(id, first as Row), created: Number(second) === 1 }
  const now = Number(first)
  const { owner, key, tags, data, expiry, pendingMs, createdAt = now } = made
  const session: StoredSession = {
    id: made.id,
    owner,
    key,
    status: pendingMs === null ? 'active' : 'pending',
    version: 1,
    tags,
    data,
    expiry,
    activeChatId: null,
    chatCount: 0,
    createdAt,
    updatedAt: now,
    lastActiveAt: now,
    expiresAt: numberOrNull(second),
  }
  return { session, created: true }
}

/** The session, of this owner if one is given, or null. */
export async function findSession(
  backend: Backend,
  id: string,
  owner: SessionRef['owner'] | null,
  options: CallOptions | undefined,
): Promise<StoredSession | null> {
  if (!isId(id)) return null
  const row = await backend.find(scripts.getSession, {
    keys: [backend.keys.session(id)],
    args: [owner === null ? '' : ownerHash(owner)],
    about: { sessionId: id },
    options,
  })
  return row === null ? null : sessionOf(id, row as Row)
}

export async function updateSession(
  backend: Backend,
  ref: SessionRef,
  change: SessionChange,
  options: UpdateSessionOptions,
): Promise<StoredSession> {
  return sessionOf(ref.id, (await backend.run(scripts.updateSession, updateCall(backend, ref, change, options))) as Row)
}

export function updateCall(
  { keys }: Backend,
  ref: SessionRef,
  change: SessionChange,
  options: UpdateSessionOptions,
  mode: CreationStep['mode'] = 'commit',
  shard: number | null = null,
): ScriptCall {
  const { status, tags, data } = change
  const { operationId, expectedVersion, quotas } = options
  assertNamed(ref)
  return {
    keys: [keys.session(ref.id)],
    args: [
      ownerHash(ref.owner),
      token(operationId),
      `${expectedVersion}`,
      argument(status),
      tags === undefined ? '' : JSON.stringify(tags),
      data === undefined ? '' : json(data),
      ...limitsOf(quotas),
      mode,
      argument(shard),
    ],
    about: { sessionId: ref.id, expectedVersion, limits: { ...quotas } },
    options,
  }
}

export async function touchSession(
  backend: Backend,
  ref: SessionRef,
  options: (CallOptions & { readonly expiresInMs?: number | undefined }) | undefined,
): Promise<StoredSession> {
  assertNamed(ref)
  const row = await backend.run(scripts.touchSession, {
    keys: [backend.keys.session(ref.id)],
    args: [ownerHash(ref.owner), argument(options?.expiresInMs)],
    about: { sessionId: ref.id },
    options,
  })
  return sessionOf(ref.id, row as Row)
}

/** Removes a session; with a claim only if that still holds. */
export async function removeSession(
  backend: Backend,
  ref: SessionRef,
  { operationId, claim }: { readonly operationId?: string; readonly claim?: string },
  options: CallOptions | undefined,
): Promise<boolean> {
  if (!isNamed(ref)) return false
  const removed = await backend.run(scripts.removeSession, {
    keys: [backend.keys.session(ref.id)],
    args: [ownerHash(ref.owner), token(operationId ?? newId()), argument(claim)],
    about: { sessionId: ref.id },
    options,
  })
  return Number(removed) === 1
}

/** @throws {@link SessError} `SESSION_NOT_FOUND` for what cannot be the id of a session. */
export function assertNamed(ref: SessionRef): void {
  if (!isNamed(ref)) throw sessionNotFound(ref.id)
}

/** The bytes of a payload. @throws {@link SessError} `INVALID_ARGUMENT` if JSON cannot keep it. */
export function json(data: JsonObject): string {
  return JSON.stringify(frozenJsonObject(data, 'data'))
}

function limitsOf({ user, org, store }: SessionQuotas): readonly string[] {
  return [user, org, store].map(argument)
}
