import {
  type Compilable,
  DummyDriver,
  Kysely,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  type RawBuilder,
  sql,
} from 'kysely'
import type { Tables } from './tables.ts'

/** Builds statements for tables of one prefix; they are sent elsewhere. */
export interface SqlBuilder {
  readonly db: Kysely<Tables>
  /** The name in the database, typed as the one in code: `named('session as s')`. */
  named<Name extends string>(name: Name): Name
  /** A table in raw SQL. */
  table(name: keyof Tables): RawBuilder<unknown>
  /** Raw SQL as a statement. */
  raw<Row>(text: RawBuilder<Row>): Compilable<Row>
}

export function sqlBuilder(tablePrefix: string): SqlBuilder {
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new MysqlAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (kysely) => new MysqlIntrospector(kysely),
      createQueryCompiler: () => new MysqlQueryCompiler(),
    },
  })
  return {
    db,
    named: <Name extends string>(name: Name): Name => `${tablePrefix}${name}` as Name,
    table: (name) => sql.table(`${tablePrefix}${name}`),
    raw: (text) => ({ compile: () => text.compile(db) }),
  }
}

/**
 * The server's clock in epoch milliseconds, for locking reads. By SYSDATE it is the time after the wait for the lock, so
 * that what was done later is never dated earlier. Connections have the time zone UTC.
 */
export const lockedNow: RawBuilder<number> = sql<number>`cast(unix_timestamp(sysdate(3)) * 1000 as signed)`

/** The server's clock when the statement began, for reads: one value for all rows, and an index can be searched for it. */
export const statementNow: RawBuilder<number> = sql<number>`cast(unix_timestamp(now(3)) * 1000 as signed)`

/** `chat_id` of the head row of a session. */
export const noChat: Buffer = Buffer.alloc(16)

/** Later than every instant: BIGINT columns that can be "never" hold it, so that they compare and sort. */
export const never: number = Number.MAX_SAFE_INTEGER
