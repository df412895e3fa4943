import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import { isCounted, type Status, statusCode, statusNames } from '../sessions/status.ts'
import { storeScope } from '../sql/bytes.ts'
import type { RowValue } from '../sql/row-list.ts'
import { lockedNow, type SqlBuilder } from '../sql/sql-builder.ts'
import { type Statement, statement } from '../sql/statement.ts'
import type { Tables } from '../sql/tables.ts'
import { expiredIn, type Scope, type Scopes } from './scope.ts'

type Rows = { readonly rows: readonly (readonly RowValue[])[] }

export type OwnerRow = { readonly owner: Buffer } & Readonly<Record<Status, number>>

export interface CounterStatements {
  /** These add to the rows that are there. Values are in the order of the columns. */
  readonly growOwners: Statement<Rows, unknown>
  readonly growQuotas: Statement<Rows, unknown>
  readonly growTallies: Statement<Rows, unknown>
  readonly readOwners: Statement<{ readonly owners: readonly Buffer[] }, OwnerRow & { readonly now: number }>
  readonly removeOwners: Statement<{ readonly owners: readonly Buffer[] }, unknown>
  /** What the counters say of an owner, an organisation and the store, in one snapshot. */
  readonly taken: Statement<Scopes, { readonly scope: Scope; readonly taken: number }>
  /** What is really taken of one of them: its counter less what expired without being noticed. */
  readonly living: Readonly<Record<Scope, Statement<Scopes, { readonly living: number }>>>
  /** Those that expired without being noticed. */
  readonly expired: Readonly<Record<Scope, Statement<Scopes, { readonly id: Buffer }>>>
}

const ownerColumns: readonly string[] = ['owner', ...statusNames]
const quotaColumns: readonly string[] = ['scope', 'shard', ...statusNames, 'users']
const tallyColumns: readonly string[] = ['session_id', 'chat_id', 'chats', 'messages']
const countedCodes = statusNames.filter(isCounted).map(statusCode)
const lapsedAtOnce = 64

export function counterStatements(builder: SqlBuilder): CounterStatements {
  const { db, named, raw, table } = builder
  const refs = (names: readonly string[]) => sql.join(names.map((name) => sql.ref(name)))
  const grow = (name: keyof Tables, columns: readonly string[], keys: number): Statement<Rows, unknown> => {
    const sums = columns
      .slice(keys)
      .map((column) => sql`${sql.ref(column)} = ${sql.ref(column)} + values(${sql.ref(column)})`)
    return statement((value) =>
      raw(sql`insert into ${table(name)} (${refs(columns)}) values ${value('rows')}
        on duplicate key update ${sql.join(sums)}`),
    )
  }
  const taken: RawBuilder<number> = sql`cast(coalesce(sum(pending + active + paused), 0) as signed)`
  const takenIn = ({ ownerKey, orgKey }: Scopes): SelectQueryBuilder<Tables, 'owner', Taken> => {
    const quota = (scope: Scope, key: Buffer) =>
      db
        .selectFrom(named('quota'))
        .select([sql<Scope>`${sql.lit(scope)}`.as('scope'), taken.as('taken')])
        .where('scope', '=', key)
    return db
      .selectFrom(named('owner'))
      .select([sql<Scope>`'user'`.as('scope'), taken.as('taken')])
      .where('owner', '=', ownerKey)
      .unionAll(quota('org', orgKey))
      .unionAll(quota('store', storeScope))
  }
  const living = (scope: Scope) =>
    statement<Scopes, { readonly living: number }>((value) => {
      const scopes = { ownerKey: value('ownerKey'), orgKey: value('orgKey') }
      const counter = db.selectFrom(takenIn(scopes).as('c')).select('c.taken').where('c.scope', '=', scope)
      const expired = expiredIn(builder, scope, scopes, countedCodes).select(sql<number>`count(*)`.as('count'))
      return db.selectNoFrom(sql<number>`(${counter}) - (${expired})`.as('living'))
    })
  const expired = (scope: Scope) =>
    statement<Scopes, { readonly id: Buffer }>((value) =>
      expiredIn(builder, scope, { ownerKey: value('ownerKey'), orgKey: value('orgKey') }, countedCodes)
        .select('s.id')
        .limit(sql<number>`${sql.lit(lapsedAtOnce)}`),
    )
  return {
    growOwners: grow('owner', ownerColumns, 1),
    growQuotas: grow('quota', quotaColumns, 2),
    growTallies: grow('head', tallyColumns, 2),
    readOwners: statement((value) =>
      db
        .selectFrom(named('owner'))
        .selectAll()
        .select(lockedNow.as('now'))
        .where('owner', 'in', sql<Buffer>`(${value('owners')})`),
    ),
    removeOwners: statement((value) =>
      db.deleteFrom(named('owner')).where('owner', 'in', sql<Buffer>`(${value('owners')})`),
    ),
    taken: statement((value) => takenIn({ ownerKey: value('ownerKey'), orgKey: value('orgKey') })),
    living: { user: living('user'), org: living('org'), store: living('store') },
    expired: { user: expired('user'), org: expired('org'), store: expired('store') },
  }
}

interface Taken {
  readonly scope: Scope
  readonly taken: number
}
