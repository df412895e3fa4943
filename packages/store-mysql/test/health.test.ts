import assert from 'node:assert/strict'
import type { StoreHealth } from '@sess/core'
import { type MysqlServer, proxy, startMariadb, type TcpProxy } from '@sess/test-servers'
import { createPool } from 'mysql2'
import { type Connection, createConnection } from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, beforeEach, test } from 'vitest'
import type { MysqlStore } from '../src/index.ts'
import { storeGroup } from './stores.ts'

const timeoutMs = 1_500
let server: MysqlServer
let admin: Connection
let database: string
let between: TcpProxy
let group: ReturnType<typeof storeGroup>
let store: MysqlStore

beforeAll(async () => {
  server = await startMariadb({ args: ['--max-allowed-packet=16M'] })
  admin = await createConnection({ uri: server.url })
  database = await server.database()
})
afterAll(async () => {
  admin.destroy()
  await server.stop()
})
beforeEach(async () => {
  between = await proxy(database)
  group = storeGroup({ url: between.url, timeoutMs, poolSize: 2 })
  store = group.open()
  await store.open()
})
afterEach(async () => {
  between.heal()
  await group.dispose()
  await between.close()
})

/** What an operator reads, in time and in sentences. */
async function health(): Promise<Pick<StoreHealth, 'ok' | 'problems'>> {
  const startedAt = performance.now()
  const { ok, problems } = await store.health()
  assert.ok(performance.now() - startedAt < timeoutMs + 1_000, 'within its deadline')
  for (const problem of problems) assert.match(problem, /\.$/)
  return { ok, problems }
}

test('health: nothing is wrong', async () => {
  assert.deepEqual(await health(), { ok: true, problems: [] })
})

test('health: a server that is gone cannot be reached', async () => {
  between.refuse()
  between.reset()
  const { ok, problems } = await health()
  assert.deepEqual([ok, problems.length], [false, 1])
  assert.match(`${problems[0]}`, /cannot be reached|PROTOCOL_CONNECTION_LOST|ECONNRESET/)
})

test('health: a server that hangs does not answer in time', async () => {
  between.blackHole('reply')
  assert.deepEqual(await health(), { ok: false, problems: ['MySQL did not answer in time.'] })
})

test('health: a server that is slow is ok, and says how slow', async () => {
  const patient = group.open({ timeoutMs: 10_000 })
  await patient.open()
  between.delay(550, 'reply')
  const { ok, problems } = await patient.health()
  assert.deepEqual([ok, problems.length], [true, 1])
  assert.match(`${problems[0]}`, /^MySQL took \d+ ms to answer/)
})

test('health: a pool whose connections are all in use is told apart from a server that is down', async () => {
  const pool = createPool({ uri: database, connectionLimit: 2 })
  const own = storeGroup({ pool, timeoutMs })
  const busy = own.open()
  await busy.open()
  const taken = await Promise.all([1, 2].map(() => pool.promise().getConnection()))
  const seen = await busy.health()
  const sentence = 'no connection came free in time: all of the pool are in use.'
  assert.deepEqual([seen.ok, seen.problems], [false, [sentence]])
  for (const connection of taken) connection.release()
  assert.equal((await busy.health()).ok, true)
  await own.dispose()
  await pool.promise().end()
})

test('health: a server that takes no more connections', async () => {
  const others: Connection[] = []
  const fresh = storeGroup({ url: database, timeoutMs, tablePrefix: group.tablePrefix })
  const user = new URL(database).username
  await admin.query(`alter user '${user}'@'%' with max_user_connections 1`)
  try {
    others.push(await createConnection({ uri: database }))
    const seen = await fresh.open().health()
    assert.deepEqual([seen.ok, seen.problems], [false, ['MySQL takes no more connections.']])
  } finally {
    for (const other of others) other.destroy()
    await admin.query(`alter user '${user}'@'%' with max_user_connections 0`)
  }
})

test('health: tables of another version are named, with what to do', async () => {
  const connection = await createConnection({ uri: database })
  const problemsAt = async (version: number): Promise<string> => {
    await connection.query(`update ${group.tablePrefix}migration set version = ? order by version desc limit 1`, [
      version,
    ])
    const { ok, problems } = await health()
    assert.equal(ok, false)
    return problems.join(' ')
  }
  try {
    assert.match(await problemsAt(0), /tables are missing: call migrate\(\)/)
    assert.match(await problemsAt(99), /version 99, this package knows versions up to \d+: upgrade @sess\/store-mysql/)
  } finally {
    connection.destroy()
  }
})

test('health: a server that is read-only takes no writes, so it is not ok', async () => {
  await admin.query('set global read_only = 1')
  try {
    const { ok, problems } = await health()
    assert.equal(ok, false)
    assert.match(problems.join(' '), /read-only/)
  } finally {
    await admin.query('set global read_only = 0')
  }
})
