import type { Insertable } from 'kysely'
import type { Transaction } from '../connection/database.ts'
import { countChanges } from '../counters/count-changes.ts'
import { difference } from '../sql/difference.ts'
import { encodePayload } from '../sql/payload.ts'
import { noChat } from '../sql/sql-builder.ts'
import type { HeadTable, SessionTable } from '../sql/tables.ts'
import type { StoreParts } from '../store-parts.ts'
import { minuteOf } from './expiry.ts'
import type { SessionState } from './session-state.ts'
import { statusCode } from './status.ts'

/** Writes what differs between a locked session as it was read and as it should be, and counts it. */
export async function saveSession(
  parts: StoreParts,
  transaction: Transaction,
  before: SessionState,
  after: SessionState,
): Promise<void> {
  await writeSession(parts, transaction, before, after)
  await countChanges(parts.counters, transaction, [[before, after]])
}

/** Writes it, where the counters are up to date already. */
export async function writeSession(
  { rows }: StoreParts,
  transaction: Transaction,
  before: SessionState,
  after: SessionState,
): Promise<void> {
  const head = difference(headColumns(before), headColumns(after))
  if (head !== null) await transaction.run(rows.update('head', { session_id: after.key, chat_id: noChat }, head))
  const record = difference(recordColumns(before), recordColumns(after))
  if (record !== null) await transaction.run(rows.update('session', { id: after.key }, record))
}

/** By which minute the search for expired sessions finds it: a claimed one when its lease ends. */
export function dueMinute({ claim, claimedUntil, expiresAt }: SessionState): number {
  return minuteOf(claim === null ? expiresAt : claimedUntil)
}

type HeadColumns = Insertable<
  Pick<HeadTable, 'status' | 'last_active_at' | 'expires_at' | 'chats' | 'messages' | 'context_keys' | 'context_bytes'>
>

export function headColumns(session: SessionState): HeadColumns {
  return {
    status: statusCode(session.status),
    last_active_at: session.lastActiveAt,
    expires_at: session.expiresAt,
    chats: session.chats,
    messages: session.messages,
    context_keys: session.contextKeys,
    context_bytes: session.contextBytes,
  }
}

type RecordColumns = Insertable<
  Omit<
    SessionTable,
    | 'id'
    | 'owner'
    | 'org'
    | 'org_id'
    | 'user_id'
    | 'caller_key'
    | 'idle_ms'
    | 'absolute_ms'
    | 'created_at'
    | 'codec_keys'
  >
>

export function recordColumns(session: SessionState): RecordColumns {
  return {
    version: session.version,
    updated_at: session.updatedAt,
    active_chat: session.activeChat,
    operations: session.operations,
    claim: session.claim,
    claimed_until: session.claimedUntil,
    lapsed: Number(session.lapsed),
    active_minute: minuteOf(session.lastActiveAt),
    due_minute: dueMinute(session),
    tags: encodePayload(session.tags),
    data: encodePayload(session.data),
  }
}
