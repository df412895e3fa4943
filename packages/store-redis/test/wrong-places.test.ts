import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { isSessError, newId, newSessionId } from '@sess/core'
import { askRedis, startRedis, type TestServer } from '@sess/test-servers'
import { afterAll, beforeAll, test } from 'vitest'
import { RedisStore } from '../src/index.ts'

let server: TestServer

beforeAll(async () => {
  server = await startRedis()
})

afterAll(() => server.stop())

const owner = { orgId: 'o', userId: 'u' }

function create(store: RedisStore) {
  const id = newSessionId(owner)
  const expiry = { idleMs: 3_600_000, absoluteMs: null }
  const session = { id, owner, key: null, tags: [], data: {}, expiry, pendingMs: null }
  const quotas = { store: null, org: null, user: null }
  return store.createSession(session, { quotas, ifKeyTaken: 'reject' })
}

async function assertRefused(url: string, sentence: RegExp): Promise<void> {
  const store = new RedisStore({ url, timeoutMs: 3000 })
  try {
    for (const call of [() => store.open(), () => create(store)]) {
      const [outcome] = await Promise.allSettled([call()])
      assert.equal(outcome.status, 'rejected', 'it was opened')
      const error: unknown = outcome.reason
      assert.ok(isSessError(error, 'STORE_UNAVAILABLE'), `${error}`)
      assert.match(error.message, sentence, `${error.cause}`)
      assert.equal(error.details.outcome, 'not-written')
      assert.ok(!inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }).includes('wonder-secret'))
    }
  } finally {
    await store.close()
  }
}

test(
  'a host that does not resolve is said',
  () => assertRefused('redis://ada:wonder-secret@nowhere.invalid', /^the host name of Redis does not resolve$/),
  15_000,
)

test('a port of something else is said', async () => {
  const http = createServer((_, response) => response.end('hello'))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  await assertRefused(`redis://ada:wonder-secret@127.0.0.1:${port}`, /^what answers there is not Redis$/)
  http.closeAllConnections()
  http.close()
}, 15_000)

test('a number of a database that is not there is said, and nothing is written to another', async () => {
  await assertRefused(`${server.url}/99`, /^Redis has no database of this number$/)
  assert.equal(await askRedis(server.port, 'DBSIZE'), 0)
}, 15_000)

test('keys of others are left as they are', async () => {
  await askRedis(server.port, 'SET', 'sess', 'theirs')
  await askRedis(server.port, 'RPUSH', 'sessions:list', 'theirs')
  const store = new RedisStore({ url: server.url })
  const { session } = await create(store)
  await store.deleteSession(session, { operationId: newId() })
  await store.claimExpired({ limit: 10, leaseMs: 1000 })
  await store.close()
  assert.equal(await askRedis(server.port, 'GET', 'sess'), 'theirs')
  assert.deepEqual(await askRedis(server.port, 'LRANGE', 'sessions:list', '0', '-1'), ['theirs'])
})
