import type { SessionRef, StoredSession } from '@sess/core'
import type { Call } from '../connection/call.ts'
import { idBytes } from '../sql/bytes.ts'
import type { StoreParts } from '../store-parts.ts'
import { readSession, unexpired } from './lookup.ts'
import { type SessionState, sessionRecord, sessionState } from './session-state.ts'

export async function getSession(parts: StoreParts, call: Call, ref: SessionRef): Promise<StoredSession | null> {
  return recordOf(await parts.database.read(call, (reader) => readSession(parts, reader, ref)))
}

/** Whoever owns it. */
export async function findSession(
  { database, sessions }: StoreParts,
  call: Call,
  id: string,
): Promise<StoredSession | null> {
  const key = idBytes(id)
  if (key === null) return null
  const [row] = await database.read(call, (reader) => reader.rows(sessions.read({ id: key })))
  return row === undefined ? null : recordOf(sessionState(row))
}

function recordOf(session: SessionState | null): StoredSession | null {
  const living = unexpired(session)
  return living === null ? null : sessionRecord(living)
}
