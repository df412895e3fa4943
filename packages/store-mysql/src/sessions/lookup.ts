import { type SessionRef, sameOwner, sessionExpired, sessionNotFound } from '@sess/core'
import type { Transaction } from '../connection/database.ts'
import { idBytes } from '../sql/bytes.ts'
import type { StoreParts } from '../store-parts.ts'
import { type SessionState, sessionState } from './session-state.ts'

/** The session of this owner as it is, also an expired one, or null. */
export async function readSession(
  { sessions }: StoreParts,
  reader: Transaction,
  ref: SessionRef,
): Promise<SessionState | null> {
  return await owned(reader, sessions.read, ref)
}

/** The same, and nobody else changes it before the transaction ends. */
export async function lockAnySession(
  { sessions }: StoreParts,
  transaction: Transaction,
  ref: SessionRef,
): Promise<SessionState | null> {
  return await owned(transaction, sessions.lock, ref)
}

/** @throws {@link SessError} `SESSION_NOT_FOUND`, `SESSION_EXPIRED`. */
export async function lockSession(parts: StoreParts, transaction: Transaction, ref: SessionRef): Promise<SessionState> {
  const session = unexpired(await lockAnySession(parts, transaction, ref))
  if (session === null) throw sessionNotFound(ref.id)
  return session
}

/** @throws {@link SessError} `SESSION_EXPIRED`. */
export function unexpired(session: SessionState | null): SessionState | null {
  if (session !== null && session.now >= session.expiresAt) throw sessionExpired(session.id)
  return session
}

async function owned(
  transaction: Transaction,
  statement: StoreParts['sessions']['read'],
  ref: SessionRef,
): Promise<SessionState | null> {
  const id = idBytes(ref.id)
  if (id === null) return null
  const [row] = await transaction.rows(statement({ id }))
  if (row === undefined) return null
  const session = sessionState(row)
  return sameOwner(session.owner, ref.owner) ? session : null
}
