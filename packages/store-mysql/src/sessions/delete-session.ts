import type { SessionRef } from '@sess/core'
import { sql } from 'kysely'
import type { Call } from '../connection/call.ts'
import type { Transaction } from '../connection/database.ts'
import { type CountedChange, countChanges } from '../counters/count-changes.ts'
import { idBytes, operationBytes, ownerBytes } from '../sql/bytes.ts'
import { noChat } from '../sql/sql-builder.ts'
import type { StoreParts } from '../store-parts.ts'
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
  const gone = await database.write(call, async (transaction) => {
    const session = await lockAnySession(parts, transaction, ref)
    if (session === null) {
      const done = await transaction.rows(sessions.wasDeleted({ id, operation, owner, windowMs: rememberedMs }))
      return done.length > 0
    }
    const { now } = session
    await removeSessions(parts, transaction, [session])
    await transaction.run(
      builder.db
        .insertInto(builder.named('deletion'))
        .values({ session_id: id, operation, owner, deleted_at: now })
        .onDuplicateKeyUpdate({ deleted_at: now }),
    )
    return true
  })
  purge.wake()
  return gone
}

/** Messages that go with their sessions in one step. More are left to the purge, which takes them bit by bit. */
const removedAtOnce = 500

/**
 * Removes locked sessions with all they have: from here on nothing of them can be found.
 *
 * @returns whether messages were left to the purge, which is to be woken once that is committed.
 */
export async function removeSessions(
  { builder, counters }: StoreParts,
  transaction: Transaction,
  removed: readonly SessionState[],
): Promise<boolean> {
  const { db, named } = builder
  const among = (sessions: readonly SessionState[]) => sql<Buffer>`(${sessions.map(({ key }) => key)})`
  const withChats = removed.filter(({ chats }) => chats > 0)
  const hasMany = removed.reduce((sum, { messages }) => sum + messages, 0) > removedAtOnce
  if (withChats.length > 0) {
    const logs = db
      .selectFrom(named('head'))
      .select('log_id')
      .where('session_id', 'in', among(withChats))
      .where('chat_id', '>', noChat)
      .where('last_message_at', 'is not', null)
    if (hasMany) {
      await transaction.run(db.insertInto(named('garbage')).columns(['log_id']).expression(logs))
    } else {
      const rows = await transaction.rows(logs)
      const ids = rows.map((row) => row.log_id)
      if (ids.length > 0)
        await transaction.run(db.deleteFrom(named('message')).where('log_id', 'in', sql<Buffer>`(${ids})`))
    }
    await transaction.run(db.deleteFrom(named('chat')).where('session_id', 'in', among(withChats)))
  }
  const withContext = removed.filter(({ contextKeys }) => contextKeys > 0)
  if (withContext.length > 0)
    await transaction.run(db.deleteFrom(named('context')).where('session_id', 'in', among(withContext)))
  await transaction.run(db.deleteFrom(named('session')).where('id', 'in', among(removed)))
  await transaction.run(db.deleteFrom(named('head')).where('session_id', 'in', among(removed)))
  const changes = removed.map((session): CountedChange => [session, null])
  await countChanges(counters, transaction, changes)
  return hasMany
}
