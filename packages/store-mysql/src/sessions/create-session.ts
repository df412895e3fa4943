import {
  assertSessionId,
  type CreateSessionOptions,
  checkedOwner,
  frozenJsonObject,
  type NewStoredSession,
  SessError,
  type StoredSession,
  sameOwner,
} from '@sess/core'
import type { Call } from '../connection/call.ts'
import type { Transaction } from '../connection/database.ts'
import { DriverError } from '../connection/driver-error.ts'
import { CrowdedScope, FullScope, isCrowded, makeRoom, takePlace } from '../counters/quotas.ts'
import { idBytes, orgBytes, ownerBytes } from '../sql/bytes.ts'
import { sealedIn } from '../sql/payload.ts'
import type { NewData } from '../sql/sealed-records.ts'
import { never, noChat } from '../sql/sql-builder.ts'
import type { StoreParts } from '../store-parts.ts'
import { expiryAfter } from './expiry.ts'
import { unexpired } from './lookup.ts'
import { headColumns, recordColumns } from './save-session.ts'
import { type SessionState, sessionRecord, sessionState } from './session-state.ts'

interface Created {
  readonly session: StoredSession
  readonly created: boolean
}

export async function createSession(
  parts: StoreParts,
  call: Call,
  given: NewStoredSession,
  { quotas, ifKeyTaken }: CreateSessionOptions,
): Promise<Created> {
  const session = copyOf(given)
  let sealed: NewData | null = null
  let crowded = false
  // Each round ends it, or found what was not to be seen in the round before.
  for (;;) {
    const there = await findTaken(parts, call, session, ifKeyTaken)
    if (there !== null) return there
    // Not before it is needed: the keys may come from a service.
    sealed ??= await parts.records.newData(session, session.data, call)
    const { data, made } = sealed
    try {
      crowded ||= await parts.database.read(call, (reader) => isCrowded(parts, reader, session, quotas))
      const state = await parts.database.write(call, (transaction) =>
        insertSession(parts, transaction, { ...session, data }, quotas, crowded),
      )
      made()
      return { session: sessionRecord(state), created: true }
    } catch (error) {
      if (error instanceof CrowdedScope) crowded = true
      else if (error instanceof FullScope) await makeRoom(parts, call, error.scope, session, quotas)
      else if (!(error instanceof DriverError && error.remedy === 'duplicate')) throw error
    }
  }
}

/** The session that has the id or the key. */
async function findTaken(
  { database, sessions }: StoreParts,
  call: Call,
  session: NewSession,
  ifKeyTaken: 'reject' | 'open',
): Promise<Created | null> {
  const { key: id, ownerKey: owner, callerKey: key } = session
  const rows = await database.read(call, (reader) => reader.rows(sessions.look({ id, owner, key })))
  const found = rows.map(sessionState)
  const same = found.find((state) => state.key.equals(id))
  if (same !== undefined) {
    if (!sameOwner(same.owner, session.owner)) throw new SessError('SESSION_EXISTS', 'the id is taken', {})
    unexpired(same)
    return { session: sessionRecord(same), created: true }
  }
  const [holder] = found
  if (holder === undefined) return null
  unexpired(holder)
  if (ifKeyTaken === 'reject') throw new SessError('SESSION_EXISTS', 'the key is taken', { key: key ?? undefined })
  return { session: sessionRecord(holder), created: false }
}

/** A session that is to be made: all but what the server's clock says. */
type NewSession = Omit<SessionState, 'now' | 'createdAt' | 'endsAt'> & { readonly createdAt: number | undefined }

function copyOf(given: NewStoredSession): NewSession {
  const owner = checkedOwner(given.owner)
  assertSessionId(given.id, owner)
  const { key, pendingMs, createdAt, expiry } = given
  return {
    id: given.id,
    key: idBytes(given.id) ?? noChat,
    owner,
    ownerKey: ownerBytes(owner),
    orgKey: orgBytes(owner.orgId),
    callerKey: key,
    idleMs: expiry.idleMs,
    absoluteMs: expiry.absoluteMs,
    pendingMs: pendingMs ?? 0,
    createdAt,
    status: pendingMs === null ? 'active' : 'pending',
    lapsed: false,
    lastActiveAt: 0,
    expiresAt: 0,
    chats: 0,
    messages: 0,
    contextKeys: 0,
    contextBytes: 0,
    version: 1,
    updatedAt: 0,
    activeChat: null,
    operations: Buffer.alloc(0),
    claim: null,
    claimedUntil: 0,
    tags: Object.freeze([...given.tags]),
    data: frozenJsonObject(given.data, 'data'),
  }
}

async function insertSession(
  parts: StoreParts,
  transaction: Transaction,
  given: NewSession,
  quotas: CreateSessionOptions['quotas'],
  crowded: boolean,
): Promise<SessionState> {
  const { rows } = parts
  const now = await takePlace(parts, transaction, [null, given], given, quotas, crowded)
  const session = dated(given, Number(now))
  await transaction.run(
    rows.insert('session', {
      id: session.key,
      owner: session.ownerKey,
      org: session.orgKey,
      org_id: Buffer.from(session.owner.orgId),
      user_id: Buffer.from(session.owner.userId),
      caller_key: session.callerKey === null ? null : Buffer.from(session.callerKey),
      idle_ms: session.idleMs,
      absolute_ms: session.absoluteMs,
      created_at: session.createdAt,
      ...recordColumns(session),
      codec_keys: sealedIn(session.data)?.keys ?? null,
    }),
  )
  await transaction.run(
    rows.insert('head', {
      session_id: session.key,
      chat_id: noChat,
      owner: session.ownerKey,
      org: session.orgKey,
      idle_ms: session.idleMs,
      pending_ms: session.pendingMs,
      ends_at: session.endsAt,
      ...headColumns(session),
    }),
  )
  return session
}

function dated(session: NewSession, now: number): SessionState {
  const { absoluteMs, idleMs, pendingMs, status, createdAt = now } = session
  const endsAt = absoluteMs === null ? never : createdAt + absoluteMs
  const expiresAt = expiryAfter(endsAt, status === 'pending' ? pendingMs : idleMs, now)
  return { ...session, createdAt, endsAt, now, updatedAt: now, lastActiveAt: now, expiresAt }
}
