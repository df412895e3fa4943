import { randomBytes } from 'node:crypto'
import { MysqlStore } from '@sess/store-mysql'
import { type MysqlServer, startMariadb, startMysql } from '@sess/test-servers'
import { createPool, type Pool } from 'mysql2/promise'
import { mysqlMeter } from '../servers/mysql-meter.ts'
import type { ServerMeter } from '../servers/server-meter.ts'

/** A MariaDB or MySQL of its own, with a plain pool for the floors, and stores with as many connections beside it. */
export interface MysqlPlace {
  readonly kind: 'MariaDB' | 'MySQL'
  readonly version: string
  readonly url: string
  readonly pool: Pool
  readonly meter: ServerMeter
  /** A store whose tables nobody else uses, and what their names begin with. */
  openStore(): Promise<{ readonly store: MysqlStore; readonly prefix: string }>
  /** Commits are not flushed while data are made, for speed; they are before anything is measured. */
  unflushed<Value>(work: () => Promise<Value>): Promise<Value>
  close(): Promise<void>
}

const poolSize = 10

// Enough for data and their copies to stay in memory, as they do on a server of one's own.
const args = ['--innodb-buffer-pool-size=1G']

export async function openMariadbPlace(): Promise<MysqlPlace> {
  return await placeOn(await startMariadb({ args }), 'MariaDB')
}

/** Null if there is no MySQL to be had. */
export async function openMysqlPlace(): Promise<MysqlPlace | null> {
  const server = await startMysql({ args })
  return server === null ? null : await placeOn(server, 'MySQL')
}

async function placeOn(server: MysqlServer, kind: MysqlPlace['kind']): Promise<MysqlPlace> {
  const url = await server.database()
  const admin = createPool({ uri: server.url, connectionLimit: 1 })
  const pool = createPool({ uri: url, connectionLimit: poolSize })
  const stores: MysqlStore[] = []
  const flush = async (everyCommit: 0 | 1): Promise<void> => {
    await admin.query(`SET GLOBAL innodb_flush_log_at_trx_commit = ${everyCommit}`)
    if (kind === 'MySQL') await admin.query(`SET GLOBAL sync_binlog = ${everyCommit}`)
  }
  const unflushed = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    await flush(0)
    try {
      return await work()
    } finally {
      await flush(1)
    }
  }
  return {
    kind,
    version: server.version,
    url,
    pool,
    meter: mysqlMeter(admin, server.pid),
    unflushed,
    async openStore() {
      const prefix = `t${randomBytes(4).toString('hex')}_`
      const store = new MysqlStore({ url, tablePrefix: prefix, poolSize, timeoutMs: 20_000 })
      stores.push(store)
      await unflushed(() => store.open())
      return { store, prefix }
    },
    async close() {
      await Promise.all(stores.map((store) => store.close()))
      await Promise.all([pool.end(), admin.end()])
      await server.stop()
    },
  }
}
