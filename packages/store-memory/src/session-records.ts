import {
  assertSessionId,
  type CreateSessionOptions,
  checkedOwner,
  frozenJsonObject,
  type NewStoredSession,
  SessError,
  type SessionChange,
  type SessionRef,
  type StoredSession,
  sameOwner,
  sessionDataPlace,
  type UpdateSessionOptions,
  versionConflict,
} from '@sess/core'
import { assertQuotas, isCounted, makeRoom } from './capacity.ts'
import type { SessionEntry, UserEntry } from './entries.ts'
import { lapseExpired, recordActivity, recordStructureWrite, setExpiry } from './expiry.ts'
import { keep } from './kept.ts'
import { requireSession, used } from './lookup.ts'
import { insertSession, type MemoryState, removeSession, userOf } from './memory-state.ts'
import { isDeleted, isDone, rememberDeletion, rememberDone } from './operations.ts'
import { enterScopes, leaveScopes } from './scope.ts'
import { expiryAfter, recordChanged, sessionRecord } from './session-entry.ts'
import { noKeys, type OpenedKeys } from './session-keys.ts'

export function createSession(
  state: MemoryState,
  session: NewStoredSession,
  options: CreateSessionOptions,
  now: number,
  opened: OpenedKeys = noKeys,
): { readonly session: StoredSession; readonly created: boolean } {
  const owner = checkedOwner(session.owner)
  assertSessionId(session.id, owner)
  const same = state.sessions.get(session.id)
  if (same !== undefined) {
    if (!sameOwner(same.user.owner, owner)) throw new SessError('SESSION_EXISTS', 'the id is taken', {})
    return { session: sessionRecord(used(state, same, now)), created: true }
  }
  const user = userOf(state, owner)
  const { key } = session
  const holder = key === null ? undefined : user.keys?.get(key)
  if (key !== null && holder !== undefined) {
    used(state, holder, now)
    if (options.ifKeyTaken === 'reject') throw new SessError('SESSION_EXISTS', 'the key is taken', { key })
    return { session: sessionRecord(holder), created: false }
  }
  lapseExpired(state, now)
  assertQuotas(state, user, options.quotas)
  const entry = newSessionEntry(session, user, now, opened)
  makeRoom(state, now)
  insertSession(state, entry)
  return { session: sessionRecord(entry), created: true }
}

export function updateSession(
  state: MemoryState,
  ref: SessionRef,
  change: SessionChange,
  options: UpdateSessionOptions,
  now: number,
): StoredSession {
  const entry = requireSession(state, ref, now)
  if (isDone(entry, options.operationId)) return sessionRecord(entry)
  if (entry.version !== options.expectedVersion) throw versionConflict(options.expectedVersion, entry.version)
  const { status = entry.status, tags, data } = change
  const newData = data === undefined ? entry.data : keep(entry.codec, frozenJsonObject(data, 'data'), sessionDataPlace)
  if (isCounted(status) && !isCounted(entry.status)) {
    lapseExpired(state, now)
    assertQuotas(state, entry.user, options.quotas)
  }
  if (tags !== undefined) entry.tags = frozenTags(tags)
  entry.data = newData
  changeStatus(state, entry, status, now)
  recordChanged(entry, now)
  recordStructureWrite(state, entry, now)
  rememberDone(entry, options.operationId)
  return sessionRecord(entry)
}

export function touchSession(
  state: MemoryState,
  ref: SessionRef,
  expiresInMs: number | undefined,
  now: number,
): StoredSession {
  const entry = requireSession(state, ref, now)
  recordActivity(state, entry, now)
  if (expiresInMs !== undefined) setExpiry(state, entry, expiryAfter(entry, expiresInMs, now))
  return sessionRecord(entry)
}

export function deleteSession(state: MemoryState, ref: SessionRef, operationId: string, now: number): boolean {
  const entry = state.sessions.get(ref.id)
  if (entry === undefined || !sameOwner(entry.user.owner, ref.owner)) return isDeleted(state, ref.id, operationId, now)
  removeSession(state, entry)
  rememberDeletion(state, ref.id, operationId, now)
  return true
}

export function removeExpired(state: MemoryState, ref: SessionRef, claim: string): boolean {
  const entry = state.sessions.get(ref.id)
  if (entry === undefined || !sameOwner(entry.user.owner, ref.owner) || entry.claim !== claim) return false
  removeSession(state, entry)
  return true
}

function changeStatus(state: MemoryState, entry: SessionEntry, status: SessionEntry['status'], now: number): void {
  if (status === entry.status) return
  const wasPending = entry.status === 'pending'
  leaveScopes(entry)
  entry.status = status
  enterScopes(entry)
  if (wasPending) setExpiry(state, entry, expiryAfter(entry, entry.expiry.idleMs, now))
}

function newSessionEntry(session: NewStoredSession, user: UserEntry, now: number, opened: OpenedKeys): SessionEntry {
  const { pendingMs, createdAt = now } = session
  const expiry = Object.freeze({ idleMs: session.expiry.idleMs, absoluteMs: session.expiry.absoluteMs })
  const expiresAt = expiryAfter({ createdAt, expiry }, pendingMs ?? expiry.idleMs, now)
  return {
    id: session.id,
    user,
    key: session.key,
    expiry,
    pendingMs: pendingMs ?? 0,
    createdAt,
    status: pendingMs === null ? 'active' : 'pending',
    version: 1,
    tags: frozenTags(session.tags),
    data: keep(opened.codec, frozenJsonObject(session.data, 'data'), sessionDataPlace),
    codec: opened.codec,
    keys: opened.keys,
    activeChatId: null,
    chatCount: 0,
    messageCount: 0,
    updatedAt: now,
    lastActiveAt: now,
    activeMinute: Math.floor(now / 60_000),
    expiresAt,
    dueAt: expiresAt,
    lapsed: false,
    claim: null,
    chats: null,
    chatKeys: null,
    context: null,
    contextBytes: 0,
    operations: null,
    older: null,
    newer: null,
  }
}

const noTags: readonly string[] = Object.freeze([])

function frozenTags(tags: readonly string[]): readonly string[] {
  return tags.length === 0 ? noTags : Object.freeze([...tags])
}
