import { existsSync } from 'node:fs'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MysqlServer, startMariadb } from '../src/index.ts'

let mariadb: MysqlServer

beforeAll(async () => {
  mariadb = await startMariadb({ args: ['--max-connections=11'] })
})

afterAll(() => mariadb.stop())

test('mariadb: answers as the version it says, with durable commits and own arguments', async () => {
  expect(await query(mariadb.url, 'SELECT VERSION() AS v')).toEqual([{ v: expect.stringContaining(mariadb.version) }])
  expect(await query(mariadb.url, 'SELECT @@max_connections AS n')).toEqual([{ n: 11 }])
  expect(await query(mariadb.url, 'SELECT @@innodb_flush_log_at_trx_commit AS n')).toEqual([{ n: 1 }])
  expect(await query(mariadb.url, 'SELECT @@bind_address AS a')).toEqual([{ a: '127.0.0.1' }])
})

test('mariadb: each database is empty, and its user sees no other', async () => {
  const [one, other] = await Promise.all([mariadb.database(), mariadb.database()])
  await query(one, 'CREATE TABLE t (id INT PRIMARY KEY)')
  expect(await query(other, 'SHOW TABLES')).toEqual([])
  expect(await query(other, 'SHOW DATABASES')).toHaveLength(2)
  await expect(query(other, `SELECT * FROM ${new URL(one).pathname.slice(1)}.t`)).rejects.toThrow(/denied/)
})

test('mariadb: what was committed is there after a kill, on the same port', async () => {
  const url = await mariadb.database()
  await query(url, 'CREATE TABLE t (id INT PRIMARY KEY)')
  await query(url, 'INSERT INTO t VALUES (1)')
  await mariadb.kill()
  await expect(query(url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/)
  await mariadb.restart()
  expect(await query(url, 'SELECT * FROM t')).toEqual([{ id: 1 }])
})

test('mariadb: stopped, it leaves no process and no folder', async () => {
  const { pid, dataDir } = mariadb
  await mariadb.stop()
  expect(existsSync(dataDir)).toBe(false)
  expect(() => process.kill(pid, 0)).toThrow(/ESRCH/)
})

async function query(uri: string, sql: string): Promise<unknown> {
  const connection = await createConnection({ uri })
  try {
    const [rows] = await connection.query(sql)
    return rows
  } finally {
    await connection.end()
  }
}
