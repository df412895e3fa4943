import assert from 'node:assert/strict'
import { type MysqlServer, startMariadb, startMysql } from '@sess/test-servers'
import { type Load, type LoadOptions, underLoad as storeUnderLoad } from '@sess/testkit'
import { type Connection, createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe } from 'vitest'
import type { MysqlStore, MysqlStoreOptions } from '../../src/index.ts'
import { storeGroup } from '../stores.ts'
import { rowViolations } from './row-violations.ts'

export const isLong: boolean = process.env.SESS_TEST_LONG === '1'
/** How often a fault strikes. */
export const rounds: number = isLong ? 8 : 1
/** Short, so that a call that hangs is seen to end. */
export const timeoutMs = 2_000

export interface UnderLoad {
  readonly load: Load
  readonly store: MysqlStore
  readonly tablePrefix: string
}

/**
 * Opens a store and has it do its work while `strike` does its worst, see the test kit; and holds its counters to the rows that
 * are there.
 */
export async function underLoad(
  options: MysqlStoreOptions & { readonly url: string },
  strike: (world: UnderLoad) => Promise<void>,
  more: { readonly load?: LoadOptions; readonly resumes?: boolean } = {},
): Promise<Load> {
  const group = storeGroup({ timeoutMs, ...options })
  const { tablePrefix } = group
  const store = group.open()
  try {
    await store.migrate()
    const verify = { timeoutMs: options.timeoutMs ?? timeoutMs }
    const load = await storeUnderLoad(store, (load) => strike({ load, store, tablePrefix }), { ...more, verify })
    assert.deepEqual(await rowViolations(options.url, tablePrefix), [])
    return load
  } finally {
    await group.dispose()
  }
}

export interface FaultServer {
  server(): MysqlServer
  /** Runs a statement as a user who may do everything. */
  admin(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Another connection of that user. */
  connect(database?: string): Promise<Connection>
}

/** Declares tests on a MariaDB of their own, and in the long form on a MySQL too where there is one. */
export function onEachServer(declare: (server: FaultServer) => void): void {
  const kinds: readonly (readonly [string, () => Promise<MysqlServer | null>])[] = [
    ['MariaDB', () => startMariadb()],
    ...(process.env.SESS_TEST_MYSQL === '1' ? ([['MySQL', () => startMysql()]] as const) : []),
  ]
  for (const [name, start] of kinds) {
    describe(name, () => {
      let started: MysqlServer | null = null
      beforeAll(async () => {
        started = await start()
      }, 180_000)
      afterAll(() => started?.stop())
      const server = (): MysqlServer => {
        assert.ok(started, `there is no ${name} here`)
        return started
      }
      const connect = (database?: string): Promise<Connection> =>
        createConnection({ uri: server().url, ...(database && { database }) })
      const admin: FaultServer['admin'] = async (sql) => {
        const connection = await connect()
        try {
          const [rows] = await connection.query(sql)
          return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : []
        } finally {
          connection.destroy()
        }
      }
      declare({ server, admin, connect })
    })
  }
}

/** The database that a URL names. */
export function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1)
}

/** How often something has happened inside of InnoDB so far: `lock_deadlocks`, `lock_timeouts`. */
export async function innodbCount(admin: FaultServer['admin'], name: string): Promise<number> {
  const [row] = await admin(`select count as happened from information_schema.innodb_metrics where name = '${name}'`)
  return Number(row?.['happened'])
}
