import { invalidArgument, SessError } from '@sess/core'
import { sql } from 'kysely'
import type { Transaction } from '../connection/database.ts'
import type { StoreParts } from '../store-parts.ts'
import { migrations, migrationTable, tableNames } from './migrations.ts'

/** What a database holds of the store. */
export interface Schema {
  /** The newest migration that was applied, 0 before the first. */
  readonly version: number
  /** Tables of our names, without their prefix, that nobody knows to be ours. */
  readonly foreign: readonly string[]
}

/** The version this package works with. */
function newestVersion(prefix: string): number {
  return Math.max(...migrations(prefix).map(({ version }) => version))
}

export async function readSchema(reader: Transaction, builder: StoreParts['builder'], prefix: string): Promise<Schema> {
  const names = [...tableNames, migrationTable]
  const columns = await reader.rows<{ readonly table_name: string; readonly column_names: string }>({
    // Columns are named in upper case by one of the servers, unless they are renamed.
    sql: `select table_name as table_name, group_concat(column_name) as column_names from information_schema.columns
      where table_schema = database() and table_name in (?) group by table_name`,
    parameters: [names.map((name) => `${prefix}${name}`)],
  })
  const found = new Map(columns.map((row) => [String(row.table_name).slice(prefix.length), String(row.column_names)]))
  const isOurs = found.get(migrationTable)?.split(',').sort().join() === 'applied_at,name,version'
  if (!isOurs) return { version: 0, foreign: [...found.keys()] }
  const [row] = await reader.rows(
    builder.db.selectFrom(builder.named('migration')).select(sql<number | null>`max(version)`.as('version')),
  )
  return { version: Number(row?.version ?? 0), foreign: [] }
}

/** @throws {@link SessError} `INVALID_ARGUMENT` if foreign tables have our names, `STORE_UNAVAILABLE` if ours are newer. */
export function assertOurs(schema: Schema, prefix: string): void {
  const { version, foreign } = schema
  if (foreign.length > 0) {
    const tables = foreign.map((name) => `${prefix}${name}`).join(', ')
    throw invalidArgument('tablePrefix', `is taken: the database holds tables that are not of this store (${tables})`)
  }
  if (version > newestVersion(prefix)) throw unusable(schemaProblem(schema, prefix) ?? '')
}

/** @throws {@link SessError} `STORE_UNAVAILABLE` unless the tables are of the version this package works with. */
export function assertCurrent(schema: Schema, prefix: string): void {
  const problem = schemaProblem(schema, prefix)
  if (problem !== null) throw unusable(problem)
}

/** What is wrong with the tables, in words, or null. */
export function schemaProblem({ version, foreign }: Schema, prefix: string): string | null {
  const known = newestVersion(prefix)
  if (foreign.length > 0) return `tables of our names are not of this store: choose another tablePrefix than ${prefix}`
  if (version > known)
    return `the tables have version ${version}, this package knows versions up to ${known}: upgrade @sess/store-mysql`
  if (version === 0) return `the tables are missing: call migrate(), or open the store with migrate: 'auto'`
  if (version < known)
    return `the tables have version ${version} and ${known} is needed: call migrate(), or open the store with migrate: 'auto'`
  return null
}

function unusable(problem: string): SessError {
  return new SessError('STORE_UNAVAILABLE', problem, { outcome: 'not-written' })
}
