import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { isSessError } from '@sess/core'
import {
  type Certificate,
  startRedis,
  startRedisCluster,
  startSentinel,
  type TestServer,
  testAuthority,
} from '@sess/test-servers'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { RedisStore, type RedisStoreOptions } from '../src/index.ts'

const authority = testAuthority()
const { ca } = authority
const password = 'wonder-secret'
const withPassword = ['--user', 'ada', 'on', `>${password}`, '~*', '+@all']
let server: TestServer

beforeAll(async () => {
  server = await startRedis({ tls: authority.issue(), args: withPassword })
})

afterAll(() => server.stop())

function urlOf({ url }: TestServer): string {
  return url.replace('://', `://ada:${password}@`)
}

async function opened(options: RedisStoreOptions): Promise<void> {
  const store = new RedisStore({ timeoutMs: 4000, ...options })
  try {
    await store.open()
    assert.equal((await store.health()).ok, true)
  } finally {
    await store.close()
  }
}

/** Asserts that a store cannot be opened, and says why, in words without a secret. */
async function refused(options: RedisStoreOptions, sentence: RegExp): Promise<void> {
  const [outcome] = await Promise.allSettled([opened(options)])
  assert.equal(outcome.status, 'rejected', 'it was opened')
  const error: unknown = outcome.reason
  assert.ok(isSessError(error, 'STORE_UNAVAILABLE'), `${error}`)
  assert.match(error.message, sentence)
  assert.equal(error.details.outcome, 'not-written')
  const words = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })
  for (const secret of [password, 'PRIVATE KEY']) assert.ok(!words.includes(secret), words)
}

async function withServer(tls: Certificate, act: (server: TestServer) => Promise<void>): Promise<void> {
  const own = await startRedis({ tls, args: withPassword })
  try {
    await act(own)
  } finally {
    await own.stop()
  }
}

describe('TLS to one server', () => {
  test('with its authority', () => opened({ url: urlOf(server), redisOptions: { tls: { ca } } }))

  test('of an authority that is not trusted is refused', async () => {
    await refused({ url: urlOf(server) }, /^the certificate of Redis is from an authority that is not trusted$/)
    const other = testAuthority().ca
    await refused({ url: urlOf(server), redisOptions: { tls: { ca: other } } }, /authority that is not trusted$/)
  })

  test('of another host is refused', () =>
    withServer(authority.issue({ host: 'elsewhere.example' }), (own) =>
      refused({ url: urlOf(own), redisOptions: { tls: { ca } } }, /^the certificate of Redis is for another host$/),
    ))

  test('with a certificate that has expired is refused', () =>
    withServer(authority.issue({ expiresAt: new Date(Date.now() - 3_600_000) }), (own) =>
      refused({ url: urlOf(own), redisOptions: { tls: { ca } } }, /^the certificate of Redis has expired$/),
    ))

  test('a certificate that is refused is not tried again until the time is up', async () => {
    const startedAt = performance.now()
    await refused({ url: urlOf(server), timeoutMs: 60_000 }, /not trusted$/)
    assert.ok(performance.now() - startedAt < 30_000)
  }, 60_000)

  test('that is spoken to in plain text is refused', () =>
    refused({ url: urlOf(server).replace('rediss:', 'redis:'), timeoutMs: 1000 }, /^Redis hangs up.*TLS/))

  test('to a server without it is refused', async () => {
    const plain = await startRedis({ args: withPassword })
    try {
      const url = urlOf(plain).replace('redis:', 'rediss:')
      await refused({ url, redisOptions: { tls: { ca } }, timeoutMs: 1000 }, /^Redis did not answer/)
    } finally {
      await plain.stop()
    }
  })
})

test('TLS to a cluster: every node with its authority, and none without', async () => {
  const cluster = await startRedisCluster({ tls: authority.issue() })
  try {
    await opened({ cluster: cluster.urls, redisOptions: { tls: { ca } } })
    await refused({ cluster: cluster.urls, timeoutMs: 1500 }, /^no node of the Redis cluster answers$/)
  } finally {
    await cluster.stop()
  }
}, 30_000)

test('TLS to sentinels, and to the server that they name', async () => {
  const group = await startSentinel({ tls: authority.issue() })
  const target = { sentinels: group.sentinels.map(({ url }) => url), masterName: group.masterName }
  try {
    await opened({ ...target, redisOptions: { tls: { ca } } })
    await refused({ ...target, timeoutMs: 1500 }, /^no Redis sentinel answers$/)
  } finally {
    await group.stop()
  }
}, 30_000)
