import { sql } from 'kysely'
import type { Call } from '../connection/call.ts'
import { sessionState } from '../sessions/session-state.ts'
import type { StoreParts } from '../store-parts.ts'
import { type CountedChange, countChanges } from './count-changes.ts'

/** Takes expired sessions out of the counters. Those that somebody else has locked are left to him. */
export async function lapseSessions(parts: StoreParts, call: Call, ids: readonly Buffer[]): Promise<void> {
  if (ids.length === 0) return
  const { builder, counters, database, sessions } = parts
  await database.write(call, async (transaction) => {
    const rows = await transaction.rows(sessions.lockAll({ ids }))
    const lapsing = rows.map(sessionState).filter(({ lapsed, expiresAt, now }) => !lapsed && now >= expiresAt)
    if (lapsing.length === 0) return
    await transaction.run(
      builder.db
        .updateTable(builder.named('session'))
        .set({ lapsed: 1 })
        .where('id', 'in', sql<Buffer>`(${lapsing.map(({ key }) => key)})`),
    )
    const changes = lapsing.map((before): CountedChange => [before, { ...before, lapsed: true }])
    await countChanges(counters, transaction, changes)
  })
}
