import assert from 'node:assert/strict'
import { type MysqlServer, startMariadb, startMysql } from '@sess/test-servers'
import { Load, type LoadOptions, type VerifyOptions, violations } from '@sess/testkit'
import { type Connection, createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe } from 'vitest'
import type { MysqlStore, MysqlStoreOptions } from '../../src/index.ts'
import { storeGroup } from '../stores.ts'

export const isLong: boolean = process.env.SESS_TEST_LONG === '1'
/** How often a fault strikes. */
export const rounds: number = isLong ? 8 : 1
/** Short, so that a call that hangs is seen to end. */
const timeoutMs = 2_000

export interface UnderLoad {
  readonly load: Load
  readonly store: MysqlStore
  readonly tablePrefix: string
}

/**
 * Has a store do its work while `strike` does its worst, and holds it to what it answered. Afterwards it has to work again,
 * the same object in the same process.
 */
export async function underLoad(
  options: MysqlStoreOptions,
  strike: (world: UnderLoad) => Promise<void>,
  { verify = {}, load: loadOptions }: { readonly verify?: Partial<VerifyOptions>; readonly load?: LoadOptions } = {},
): Promise<Load> {
  const group = storeGroup({ timeoutMs, ...options })
  const store = group.open()
  try {
    await store.migrate()
    const load = await Load.start(store, loadOptions)
    try {
      await load.makesProgress()
      await strike({ load, store, tablePrefix: group.tablePrefix })
      await load.makesProgress()
    } finally {
      await load.stop()
    }
    assert.deepEqual(await violations(load, store, { timeoutMs, ...verify }), [])
    return load
  } finally {
    await group.dispose()
  }
}

export interface FaultServer {
  server(): MysqlServer
  /** Runs a statement as a user who may do everything. */
  admin(sql: string): Promise<readonly unknown[]>
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
      const admin = async (sql: string): Promise<readonly unknown[]> => {
        const connection = await connect()
        try {
          const [rows] = await connection.query(sql)
          return Array.isArray(rows) ? rows : []
        } finally {
          connection.destroy()
        }
      }
      declare({ server, admin, connect })
    })
  }
}
