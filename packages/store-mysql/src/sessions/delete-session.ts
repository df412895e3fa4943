import type { SessionRef } from '@sess/core'
import { sql } from 'kysely'
import type { Call } from '../connection/call.ts'
import type { Transaction } from '../connection/database.ts'
import { countChanges } from '../counters/count-changes.ts'
import { idBytes, operationBytes, ownerBytes } from '../sql/bytes.ts'
import { noChat } from '../sql/sql-builder.ts'
import type { StoreParts } from '../store-parts.ts'
import { claimText } from './claim-text.ts'
import { lockAnySession } from './lookup.ts'
import type { SessionState } from './session-state.ts'

/** How long a deletion is remembered: nothing else is left of the session that could tell. */
const rememberedMs = 600_000

export async function deleteSession(
  parts: StoreParts,
  call: Call,
  ref: SessionRef,
  operationId: string,
): Promise<boolean> {
  const id = idBytes(ref.id)
  if (id === null) return false
  const operation = operationBytes(operationId)
  const owner = ownerBytes(ref.owner)
  const { builder, database, purge, sessions } = parts
  return await database.write(call, async (transaction) => {
    const session = await lockAnySession(parts, transaction, ref)
    if (session === null) {
      const done = await transaction.rows(sessions.wasDeleted({ id, operation, owner, windowMs: rememberedMs }))
      return done.length > 0
    }
    const { now } = session
    await removeSession(parts, transaction, session)
    purge.wake()
    await transaction.run(
      builder.db
        .insertInto(builder.named('deletion'))
        .values({ session_id: id, operation, owner, deleted_at: now })
        .onDuplicateKeyUpdate({ deleted_at: now }),
    )
    return true
  })
}

/** Removes a claimed session. After a lost answer, that it is gone is what was asked for. */
export async function removeExpired(parts: StoreParts, call: Call, ref: SessionRef, claim: string): Promise<boolean> {
  return await parts.database.write(call, async (transaction) => {
    const session = await lockAnySession(parts, transaction, ref)
    if (session === null) return transaction.isRepeat
    if (session.claim === null || claimText(session.claim, session.key) !== claim) return false
    await removeSession(parts, transaction, session)
    parts.purge.wake()
    return true
  })
}

/** Messages that go with their session in one step. More are left to the purge, which takes them bit by bit. */
const removedAtOnce = 500

/** Removes a locked session with all it has: from here on nothing of it can be found. */
async function removeSession(
  { builder, counters }: StoreParts,
  transaction: Transaction,
  session: SessionState,
): Promise<void> {
  const { db, named } = builder
  const id = session.key
  if (session.chats > 0) {
    const logs = db
      .selectFrom(named('head'))
      .select('log_id')
      .where('session_id', '=', id)
      .where('chat_id', '>', noChat)
      .where('last_message_at', 'is not', null)
    if (session.messages > removedAtOnce) {
      await transaction.run(db.insertInto(named('garbage')).columns(['log_id']).expression(logs))
    } else {
      const rows = await transaction.rows(logs)
      const ids = rows.map((row) => row.log_id)
      if (ids.length > 0)
        await transaction.run(db.deleteFrom(named('message')).where('log_id', 'in', sql<Buffer>`(${ids})`))
    }
    await transaction.run(db.deleteFrom(named('chat')).where('session_id', '=', id))
  }
  if (session.contextKeys > 0) await transaction.run(db.deleteFrom(named('context')).where('session_id', '=', id))
  await transaction.run(db.deleteFrom(named('session')).where('id', '=', id))
  await transaction.run(db.deleteFrom(named('head')).where('session_id', '=', id))
  await countChanges(counters, transaction, [[session, null]])
}
