import type { StatsScope, StoreStats } from '@sess/core'
import { sql } from 'kysely'
import type { Call } from '../connection/call.ts'
import type { Transaction } from '../connection/database.ts'
import { statusCode } from '../sessions/status.ts'
import { storeScope } from '../sql/bytes.ts'
import { noChat } from '../sql/sql-builder.ts'
import type { StoreParts } from '../store-parts.ts'
import { listedStatuses } from './count-sessions.ts'
import { expiredIn, listedIn, type Scope, type Scopes, scopeOf } from './scope.ts'

type Figures = Pick<StoreStats, 'sessions' | 'users' | 'chats' | 'messages'>
type SqlParts = StoreParts['builder']

/** All figures are of one instant: the transaction reads one snapshot. */
export async function storeStats(
  { builder, database }: StoreParts,
  call: Call,
  query: StatsScope,
): Promise<StoreStats> {
  const { scope, ...scopes } = scopeOf(query, 'scope')
  return await database.snapshot(call, async (reader) => {
    const figures = await (scope === 'user' ? ofUser : ofCounters)(builder, reader, scope, scopes)
    return { ...figures, ...(await instants(builder, reader, scope, scopes)) }
  })
}

/** What one user has is read: it is bounded by his limit. */
async function ofUser(builder: SqlParts, reader: Transaction, scope: Scope, scopes: Scopes): Promise<Figures> {
  const rows = await reader.rows(summed(listedIn(builder, scope, scopes)))
  const sessions = { ...noSessions }
  for (const status of listedStatuses)
    sessions[status] = Number(rows.find((row) => row.status === statusCode(status))?.count ?? 0)
  return { sessions, users: rows.length > 0 ? 1 : 0, ...contentOf(rows) }
}

/** Organisations and the store have counters, which still have what expired without being noticed. */
async function ofCounters(builder: SqlParts, reader: Transaction, scope: Scope, scopes: Scopes): Promise<Figures> {
  const { db, named } = builder
  const key = scope === 'org' ? scopes.orgKey : storeScope
  const total = (column: 'active' | 'paused' | 'archived' | 'closed' | 'users') =>
    sql<number>`coalesce(sum(${sql.ref(column)}), 0)`.as(column)
  const [quota] = await reader.rows(
    db
      .selectFrom(named('quota'))
      .select([total('active'), total('paused'), total('archived'), total('closed'), total('users')])
      .where('scope', '=', key),
  )
  const [tally] = await reader.rows(
    db
      .selectFrom(named('head'))
      .select([sumOf('chats'), sumOf('messages')])
      .where('session_id', '=', key)
      .where('chat_id', '>', noChat),
  )
  const expired = expiredIn(builder, scope, scopes, listedStatuses.map(statusCode))
  const rows = await reader.rows(summed(expired))
  const sessions = { ...noSessions }
  for (const status of listedStatuses)
    sessions[status] =
      Number(quota?.[status] ?? 0) - Number(rows.find((row) => row.status === statusCode(status))?.count ?? 0)
  const gone = rows.length === 0 ? 0 : await usersGone(builder, reader, scope, scopes)
  const content = contentOf(rows)
  return {
    sessions,
    users: Number(quota?.users ?? 0) - gone,
    chats: Number(tally?.chats ?? 0) - content.chats,
    messages: Number(tally?.messages ?? 0) - content.messages,
  }
}

/** Owners all of whose sessions have expired without being noticed. */
async function usersGone(builder: SqlParts, reader: Transaction, scope: Scope, scopes: Scopes): Promise<number> {
  const { db, named } = builder
  const expired = expiredIn(builder, scope, scopes, listedStatuses.map(statusCode))
    .select(['s.owner', sql<number>`count(*)`.as('expired')])
    .groupBy('s.owner')
  const [row] = await reader.rows(
    db
      .selectFrom(expired.as('e'))
      .innerJoin(named('owner as o'), 'o.owner', 'e.owner')
      .select(sql<number>`count(*)`.as('count'))
      .where(sql<boolean>`e.expired >= o.active + o.paused + o.archived + o.closed`),
  )
  return Number(row?.count ?? 0)
}

/** Sessions of the newest minute in which the last activity is looked for: where there are more, it may be of any second of it. */
const lookedAt = 200

type Instants = Pick<StoreStats, 'oldestSessionAt' | 'newestSessionAt' | 'lastActiveAt'>

async function instants(builder: SqlParts, reader: Transaction, scope: Scope, scopes: Scopes): Promise<Instants> {
  const listed = listedIn(builder, scope, scopes)
  const byActivity = listedIn(builder, scope, scopes, 'active')
  const [oldest] = await reader.rows(listed.select('s.created_at as at').orderBy('s.id').limit(1))
  const [latest] = await reader.rows(listed.select('s.created_at as at').orderBy('s.id', 'desc').limit(1))
  const [last] = await reader.rows(byActivity.select('s.active_minute').orderBy('s.active_minute', 'desc').limit(1))
  if (oldest === undefined || latest === undefined || last === undefined)
    return { oldestSessionAt: null, newestSessionAt: null, lastActiveAt: null }
  const newest = byActivity
    .select('h.last_active_at as at')
    .where('s.active_minute', '=', last.active_minute)
    .limit(lookedAt)
  const [active] = await reader.rows(builder.db.selectFrom(newest.as('n')).select(sql<number>`max(n.at)`.as('at')))
  return {
    oldestSessionAt: Number(oldest.at),
    newestSessionAt: Number(latest.at),
    lastActiveAt: Number(active?.at),
  }
}

const noSessions = { active: 0, paused: 0, archived: 0, closed: 0 }

function summed(sessions: ReturnType<typeof listedIn>) {
  return sessions
    .select(['h.status', sql<number>`count(*)`.as('count'), sumOf('h.chats'), sumOf('h.messages')])
    .groupBy('h.status')
}

function sumOf(column: 'chats' | 'messages' | 'h.chats' | 'h.messages') {
  return sql<number>`coalesce(sum(${sql.ref(column)}), 0)`.as(column.replace('h.', '') as 'chats' | 'messages')
}

function contentOf(rows: readonly { readonly chats: number; readonly messages: number }[]) {
  const sum = (name: 'chats' | 'messages'): number => rows.reduce((total, row) => total + Number(row[name]), 0)
  return { chats: sum('chats'), messages: sum('messages') }
}
