import { type CountSessionsQuery, invalidArgument, type SessionStatus } from '@sess/core'
import { sql } from 'kysely'
import type { Call } from '../connection/call.ts'
import { statusCode } from '../sessions/status.ts'
import { storeScope } from '../sql/bytes.ts'
import type { StoreParts } from '../store-parts.ts'
import { expiredIn, listedIn, pendingOf, scopeOf } from './scope.ts'

/** The states that lists and figures have. */
export const listedStatuses: readonly SessionStatus[] = ['active', 'paused', 'archived', 'closed']

export async function countSessions(
  { builder, database }: StoreParts,
  call: Call,
  query: CountSessionsQuery,
): Promise<number> {
  const scopes = scopeOf(query, 'query')
  const { scope, orgKey } = scopes
  const counted = sql<number>`count(*)`.as('count')
  if (query.status === 'pending') {
    if (scope !== 'user') throw invalidArgument('query.status', "'pending' needs a userId")
    const pending = pendingOf(builder, scopes).select(counted)
    const [row] = await database.read(call, (reader) => reader.rows(pending))
    return Number(row?.count ?? 0)
  }
  const statuses = query.status === undefined ? listedStatuses : [query.status]
  const codes = statuses.map(statusCode)
  const { db, named } = builder
  const count =
    scope === 'user'
      ? listedIn(builder, scope, scopes).where('h.status', 'in', codes).select(counted)
      : // One statement, so that both are of one instant.
        db.selectNoFrom(
          sql<number>`(${db
            .selectFrom(named('quota'))
            .select(
              sql`coalesce(sum(${sql.join(
                statuses.map((status) => sql.ref(status)),
                sql` + `,
              )}), 0)`.as('sum'),
            )
            .where(
              'scope',
              '=',
              scope === 'org' ? orgKey : storeScope,
            )}) - (${expiredIn(builder, scope, scopes, codes).select(counted)})`.as('count'),
        )
  const [row] = await database.read(call, (reader) => reader.rows(count))
  return Number(row?.count ?? 0)
}
