import {
  assertSessionId,
  type CallOptions,
  type CreateSessionOptions,
  checkedOwner,
  frozenJsonObject,
  isId,
  type NewSessionCodec,
  type NewStoredSession,
  newId,
  type SessionChange,
  type SessionQuotas,
  type SessionRef,
  type StoredSession,
  sessionDataPlace,
  sessionNotFound,
  type UpdateSessionOptions,
} from '@sess/core'
import type { Backend, ScriptCall } from './backend.ts'
import { isNamed, orgHash, ownerHash, token } from './keys.ts'
import { keysText, sealedText, textOf } from './payload.ts'
import { isRefusal, refusalError } from './refusal.ts'
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
  const made = await preparedSession(backend, session, options)
  if ('created' in made) return made
  return await creationOf(backend, await backend.run(scripts.createSession, creationCall(backend, made, options)), made)
}

/** A new session with its payload as text. */
export interface PreparedSession extends NewStoredSession {
  readonly dataText: string
  readonly keysText: string
  readonly opened: NewSessionCodec | null
}

/** The session ready to be made; or the one that is to be opened, before keys are made for nothing. @throws {@link SessError}. */
export async function preparedSession(
  backend: Backend,
  session: NewStoredSession,
  options: CreateSessionOptions,
): Promise<PreparedSession | SessionCreation> {
  const made = copiedSession(session)
  const { codecs } = backend
  if (codecs === null) return { ...made, dataText: JSON.stringify(made.data), keysText: '', opened: null }
  const there = made.key === null || options.ifKeyTaken === 'reject' ? null : await openedByKey(backend, made, options)
  if (there !== null) return there
  const opened = await codecs.create(made, options)
  const dataText = textOf(opened.codec.encode(made.data, sessionDataPlace))
  return { ...made, dataText, keysText: keysText(opened.keys), opened }
}

async function openedByKey(
  backend: Backend,
  session: NewStoredSession,
  options: CreateSessionOptions,
): Promise<SessionCreation | null> {
  const nothing = { ...session, dataText: '', keysText: '', opened: null }
  const call = creationCall(backend, nothing, options, { shard: 0, mode: 'probe', notAfter: null })
  const reply = await backend.ask(scripts.createSession, call)
  if (reply === '!WOULD_CREATE') return null
  if (isRefusal(reply)) throw refusalError(reply, call.about)
  return await creationOf(backend, reply, nothing)
}

/** A copy that nobody else has a hand on. @throws {@link SessError} `INVALID_ARGUMENT`, `INVALID_ORG_ID`, `INVALID_USER_ID`. */
function copiedSession(session: NewStoredSession): NewStoredSession {
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
  session: PreparedSession,
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
      session.dataText,
      argument(expiry.idleMs),
      argument(expiry.absoluteMs),
      argument(pendingMs),
      argument(createdAt),
      ifKeyTaken,
      ...limitsOf(quotas),
      `${shard}`,
      mode,
      argument(notAfter),
      session.keysText,
    ],
    about: { sessionId: id, key, limits: { ...quotas } },
    options,
  }
}

export async function creationOf(backend: Backend, reply: unknown, made: PreparedSession): Promise<SessionCreation> {
  const [first, second, id] = reply as readonly [Row | string, number | string, string?]
  if (id !== undefined) return { session: await sessionOf(backend, id, first as Row), created: Number(second) === 1 }
  const now = Number(first)
  const { owner, key, tags, data, expiry, pendingMs, createdAt = now, opened } = made
  if (opened !== null) backend.codecs?.created(made, opened)
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
  return row === null ? null : await sessionOf(backend, id, row as Row)
}

export async function updateSession(
  backend: Backend,
  ref: SessionRef,
  change: SessionChange,
  options: UpdateSessionOptions,
): Promise<StoredSession> {
  const call = updateCall(backend, ref, await preparedChange(backend, ref, change, options), options)
  return await sessionOf(backend, ref.id, (await backend.run(scripts.updateSession, call)) as Row)
}

/** A change with its payload as text, '' if that stays. */
export type PreparedChange = Omit<SessionChange, 'data'> & { readonly dataText: string }

export async function preparedChange(
  backend: Backend,
  ref: SessionRef,
  { data, ...plain }: SessionChange,
  options: UpdateSessionOptions,
): Promise<PreparedChange> {
  assertNamed(ref)
  if (data === undefined) return { ...plain, dataText: '' }
  const copy = frozenJsonObject(data, 'data')
  return { ...plain, dataText: await sealedText(backend, ref, copy, sessionDataPlace, options) }
}

export function updateCall(
  { keys }: Backend,
  ref: SessionRef,
  change: PreparedChange,
  options: UpdateSessionOptions,
  mode: CreationStep['mode'] = 'commit',
  shard: number | null = null,
): ScriptCall {
  const { status, tags, dataText } = change
  const { operationId, expectedVersion, quotas } = options
  return {
    keys: [keys.session(ref.id)],
    args: [
      ownerHash(ref.owner),
      token(operationId),
      `${expectedVersion}`,
      argument(status),
      tags === undefined ? '' : JSON.stringify(tags),
      dataText,
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
  return await sessionOf(backend, ref.id, row as Row)
}

/** Removes a session; with a claim only if that still holds. */
export async function removeSession(
  backend: Backend,
  ref: SessionRef,
  { operationId, claim }: { readonly operationId?: string; readonly claim?: string },
  options: CallOptions | undefined,
): Promise<boolean> {
  if (!isNamed(ref)) return false
  backend.codecs?.forget(ref)
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

function limitsOf({ user, org, store }: SessionQuotas): readonly string[] {
  return [user, org, store].map(argument)
}
