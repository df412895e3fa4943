import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { isSessError } from '@sess/core'
import { type Certificate, type MysqlServer, startMariadb, startMysql, testAuthority } from '@sess/test-servers'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { MysqlStore, type MysqlStoreOptions } from '../src/index.ts'

const authority = testAuthority()
const { ca } = authority

type Start = (options: { readonly tls?: Certificate; readonly args?: readonly string[] }) => Promise<MysqlServer | null>

const servers: readonly (readonly [string, Start])[] = [
  ['MariaDB', startMariadb],
  ...(process.env.SESS_TEST_MYSQL === '1' ? [['MySQL', startMysql] as const] : []),
]

describe.each(servers)('TLS to %s', (name, start) => {
  let server: MysqlServer
  let url: string

  beforeAll(async () => {
    server = await started({ tls: authority.issue(), args: ['--require-secure-transport=ON'] })
    url = server.url
    const admin = await createConnection({ uri: url, ssl: { ca } })
    await admin.query('create database tls')
    await admin.end()
    url = `${url}/tls`
  }, 120_000)

  afterAll(() => server.stop())

  async function started(options: Parameters<Start>[0]): Promise<MysqlServer> {
    return (await start(options)) ?? assert.fail('there is no such server here')
  }

  async function withServer(options: Parameters<Start>[0], act: (url: string) => Promise<void>): Promise<void> {
    const own = await started(options)
    try {
      await act(`${own.url}/mysql`)
    } finally {
      await own.stop()
    }
  }

  test('with its authority', async () => {
    await opened({ url, tls: { ca } })
    await opened({ url: `${url}?tls=true`, tls: { ca } })
    const { port, username: user, password } = new URL(url)
    await opened({
      connection: { host: 'localhost', port: Number(port), user, password, database: 'tls' },
      tls: { ca },
    })
  })

  test('by the name that is asked for instead of the host', async () => {
    const byAddress = url.replace('localhost', '127.0.0.1')
    await opened({ url: byAddress, tls: { ca, servername: 'localhost' } })
    await refused({ url, tls: { ca, servername: 'db.example' } }, /^the certificate of MySQL is for another host$/)
    await opened({ url, tls: { ca, servername: 'db.example', rejectUnauthorized: false } })
  })

  test('of an authority that is not trusted is refused', async () => {
    const sentence = /^the certificate of MySQL is from an authority that is not trusted$/
    await refused({ url, tls: true }, sentence)
    await refused({ url: `${url}?tls=true` }, sentence)
    await refused({ url, tls: { ca: testAuthority().ca } }, sentence)
  })

  test(
    'of another host is refused',
    () =>
      withServer({ tls: authority.issue({ host: 'elsewhere.example' }) }, (given) =>
        refused({ url: given, tls: { ca } }, /^the certificate of MySQL is for another host$/),
      ),
    60_000,
  )

  test(
    'with a certificate that has expired is refused',
    () =>
      withServer({ tls: authority.issue({ expiresAt: new Date(Date.now() - 3_600_000) }) }, (given) =>
        refused({ url: given, tls: { ca } }, /^the certificate of MySQL has expired$/),
      ),
    60_000,
  )

  test('that the server asks for and the store was not told of is refused', () =>
    // MariaDB does not say why.
    refused({ url }, name === 'MariaDB' ? /^MySQL lets this user not in/ : /^MySQL wants a connection with TLS/))
})

test('TLS that the server does not have is refused', async () => {
  const plain = await startMariadb()
  try {
    await refused({ url: `${plain.url}/mysql`, tls: { ca } }, /^MySQL offers no TLS, which the options ask for$/)
  } finally {
    await plain.stop()
  }
}, 60_000)

async function opened(options: MysqlStoreOptions): Promise<void> {
  const store = new MysqlStore({ timeoutMs: 10_000, ...options })
  try {
    await store.open()
    assert.equal((await store.health()).ok, true)
  } finally {
    await store.close()
  }
}

/** Asserts that a store cannot be opened, and says why, at once, in words without a secret. */
async function refused(options: MysqlStoreOptions, sentence: RegExp): Promise<void> {
  const startedAt = performance.now()
  const [outcome] = await Promise.allSettled([opened({ ...options, timeoutMs: 60_000 })])
  assert.equal(outcome.status, 'rejected', 'it was opened')
  const error: unknown = outcome.reason
  assert.ok(isSessError(error, 'STORE_UNAVAILABLE'), `${error}`)
  assert.match(error.message, sentence)
  assert.equal(error.details.outcome, 'not-written')
  assert.ok(performance.now() - startedAt < 30_000, 'it was tried again until the time was up')
  const words = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })
  for (const secret of ['sess:sess', 'PRIVATE KEY']) assert.ok(!words.includes(secret), words)
}
