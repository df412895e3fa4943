import assert from 'node:assert/strict'
import { newId, newSessionId, type StoreHealth } from '@sess/core'
import { askRedis, proxy, startRedis, type TcpProxy, type TestServer } from '@sess/test-servers'
import { afterAll, afterEach, beforeAll, beforeEach, test } from 'vitest'
import { RedisStore } from '../src/index.ts'

const timeoutMs = 1_500
const owner = { orgId: 'acme', userId: 'ada' }
let server: TestServer
let between: TcpProxy
let store: RedisStore

beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())
beforeEach(async () => {
  between = await proxy(server.url)
  store = new RedisStore({ url: between.url, timeoutMs })
  await store.open()
})
afterEach(async () => {
  await store.close()
  await between.close()
})

/** What an operator reads, in time and in sentences. */
async function health(): Promise<Pick<StoreHealth, 'ok' | 'problems'>> {
  const startedAt = performance.now()
  const { ok, problems } = await store.health()
  assert.ok(performance.now() - startedAt < timeoutMs + 1_000, 'within its deadline')
  for (const problem of problems) assert.match(problem, /^[A-Z].*\.$/)
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
  assert.match(`${problems[0]}`, /cannot be reached|connection .* lost/)
})

test('health: a server that hangs does not answer in time', async () => {
  between.blackHole('reply')
  assert.deepEqual(await health(), { ok: false, problems: [`Redis did not answer within ${timeoutMs} ms.`] })
})

test('health: a server that is slow is ok, and says how slow', async () => {
  between.delay(600, 'reply')
  const { ok, problems } = await health()
  assert.deepEqual([ok, problems.length], [true, 1])
  assert.match(`${problems[0]}`, /^Redis took \d+ ms to answer/)
})

test('health: a server that evicts is ok, and loses sessions under pressure', async () => {
  await askRedis(server.port, 'CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
  try {
    const { ok, problems } = await health()
    assert.deepEqual([ok, problems.length], [true, 1])
    assert.match(`${problems[0]}`, /maxmemory-policy is allkeys-lru/)
  } finally {
    await askRedis(server.port, 'CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
  }
})

test('health: a server that fills up says how far, and one that is full is not ok', async () => {
  const used = Number(/used_memory:(\d+)/.exec(`${await askRedis(server.port, 'INFO', 'memory')}`)?.[1])
  try {
    await askRedis(server.port, 'CONFIG', 'SET', 'maxmemory', `${Math.round(used * 1.07)}`)
    const filling = await health()
    assert.equal(filling.ok, true)
    assert.match(filling.problems.join(' '), /^Of maxmemory, 9\d % is used/)
    await askRedis(server.port, 'CONFIG', 'SET', 'maxmemory', `${Math.round(used * 0.9)}`)
    assert.deepEqual(await health(), {
      ok: false,
      problems: ['Redis has used up maxmemory: every write is refused.'],
    })
  } finally {
    await askRedis(server.port, 'CONFIG', 'SET', 'maxmemory', '0')
  }
})

test('health: a replica takes no writes, so it is not ok', async () => {
  const other = await startRedis()
  const follower = new RedisStore({ url: other.url, timeoutMs })
  try {
    await follower.open()
    await askRedis(other.port, 'REPLICAOF', '127.0.0.1', `${server.port}`)
    const deadline = performance.now() + 10_000
    let seen = await follower.health()
    while (!seen.problems.join().includes('replica') && performance.now() < deadline) seen = await follower.health()
    assert.equal(seen.ok, false)
    assert.match(seen.problems.join(' '), /This Redis is a replica/)
  } finally {
    await follower.close()
    await other.stop()
  }
})

test('health: more calls than may wait are told apart from a server that is down', async () => {
  const busy = new RedisStore({ url: between.url, timeoutMs, maxInFlight: 2 })
  try {
    await busy.open()
    between.blackHole('reply')
    const waiting = [1, 2].map(() => busy.getSession({ id: newSessionId(owner), owner }).catch(() => newId()))
    const { ok, problems } = await busy.health()
    assert.equal(ok, false)
    assert.match(problems.join(' '), /too many calls|already wait/i)
    await Promise.all(waiting)
  } finally {
    await busy.close()
  }
})
