import { type Page, type PageOptions, pageLimit } from '@sess/core'
import { sql } from 'kysely'
import type { Call } from '../connection/call.ts'
import { listedIn } from '../counters/scope.ts'
import { idText, storeScope } from '../sql/bytes.ts'
import { noChat, statementNow } from '../sql/sql-builder.ts'
import type { StoreParts } from '../store-parts.ts'
import { minuteOf } from './expiry.ts'
import { maxExamined, openPosition, sealPosition } from './list-sessions.ts'
import { type SessionState, sessionState } from './session-state.ts'

export async function expireIdle(
  parts: StoreParts,
  call: Call,
  idleMs: number,
  options: PageOptions | undefined,
): Promise<Page<string>> {
  const limit = pageLimit(options?.limit)
  const list = JSON.stringify(['expireIdle', idleMs])
  const position = openPosition(list, options?.cursor)
  const { builder, database } = parts
  const idleSince = sql<number>`${statementNow} - ${idleMs}`
  let walk = listedIn(builder, 'store', { ownerKey: storeScope, orgKey: storeScope }, 'active')
    .where('s.lapsed', '=', 0)
    .where('s.active_minute', '<=', sql<number>`floor((${idleSince}) / 60000)`)
  if (position !== null) {
    const { minute, id } = position
    walk = walk.where(sql<boolean>`(s.active_minute > ${minute} or (s.active_minute = ${minute} and s.id > ${id}))`)
  }
  const rows = await database.read(call, (reader) =>
    reader.rows(
      walk
        .select(['s.id', 's.active_minute', sql<number>`h.last_active_at <= ${idleSince}`.as('idle')])
        .orderBy('s.active_minute')
        .orderBy('s.id')
        .limit(maxExamined + 1),
    ),
  )
  const found: Buffer[] = []
  let examined = 0
  for (const row of rows) {
    if (found.length === limit || examined === maxExamined) break
    examined++
    if (Number(row.idle) === 1) found.push(row.id)
  }
  const nextCursor = examined < rows.length ? sealPosition(list, rows[examined - 1]) : null
  const expired = found.length === 0 ? [] : await expireNow(parts, call, found, idleMs)
  // In the order of the list, as the locks are taken in that of the keys.
  const ids = new Set(expired.map(({ id }) => id))
  return { items: found.map(idText).filter((id) => ids.has(id)), nextCursor }
}

/** Those that are still idle once they are locked. Who is being written to is not. */
async function expireNow(
  { builder, database, sessions }: StoreParts,
  call: Call,
  ids: readonly Buffer[],
  idleMs: number,
): Promise<readonly SessionState[]> {
  const { db, named } = builder
  return await database.write(call, async (transaction) => {
    const locked = (await transaction.rows(sessions.lockAll({ ids }))).map(sessionState)
    const idle = locked.filter(
      ({ now, lastActiveAt, expiresAt, status }) =>
        now < expiresAt && lastActiveAt <= now - idleMs && status !== 'pending',
    )
    if (idle.length === 0) return []
    const keys = sql<Buffer>`(${idle.map(({ key }) => key)})`
    const now = Math.min(...idle.map((session) => session.now))
    await transaction.run(
      db
        .updateTable(named('head'))
        .set({ expires_at: now })
        .where('session_id', 'in', keys)
        .where('chat_id', '=', noChat),
    )
    await transaction.run(
      db
        .updateTable(named('session'))
        .set({ due_minute: minuteOf(now) })
        .where('id', 'in', keys),
    )
    return idle
  })
}
