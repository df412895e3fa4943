import { isSessError } from '@sess/core'
import { type MysqlServer, startMariadb, startRedis, type TestServer, testAuthority } from '@sess/test-servers'
import { afterAll, assert, beforeAll, describe, onTestFinished, test } from 'vitest'
import { createSessionManager } from '../src/index.ts'
import { fileOf, load, problemsOf } from './loading.ts'

const authority = testAuthority()
const stranger = testAuthority()
const client = authority.issue()
const owner = { orgId: 'acme', userId: 'ada' }

/** A configuration of each store, but for what it says of TLS, which may be added. */
const stores: Record<string, () => string> = {
  redis: () => `store:\n  type: redis\n  redis:\n    addr: "localhost:${redis.port}"\n    timeout: 4s\n`,
  mysql: () => {
    const { port, username, password } = new URL(mariadb.url)
    const place = `host: localhost\n    port: ${port}\n    username: "${username}"\n    password: "${password}"\n`
    return `store:\n  type: mysql\n  mysql:\n    ${place}    database: mysql\n    timeout: 4s\n`
  },
}

let redis: TestServer
let mariadb: MysqlServer

beforeAll(async () => {
  redis = await startRedis({ tls: authority.issue() })
  mariadb = await startMariadb({ tls: authority.issue(), args: ['--require-secure-transport=ON'] })
}, 120_000)

afterAll(async () => {
  await redis?.stop()
  await mariadb?.stop()
})

/** What comes of a manager by this configuration: null if its store can be used. */
async function problemWith(store: string, tls: string): Promise<string | null> {
  try {
    const manager = await createSessionManager(await load(`${stores[store]?.()}${tls}`))
    onTestFinished(() => manager.close())
    await manager.for(owner).createSession()
    return null
  } catch (error) {
    assert(isSessError(error, 'STORE_UNAVAILABLE'), `${error}`)
    return error.message
  }
}

function tlsOf(values: Record<string, string>): string {
  const lines = Object.entries(values).map(([name, value]) => `      ${name}: ${JSON.stringify(value)}\n`)
  return `    tls:\n      enabled: true\n${lines.join('')}`
}

describe.each(Object.keys(stores))('TLS to %s, as a file says', (store) => {
  test('with the authority in ca_file, and a certificate of the client', async () => {
    assert.equal(await problemWith(store, tlsOf({ ca_file: fileOf(authority.ca, 'ca.pem') })), null)
    const files = { ca_file: authority.ca, cert_file: client.cert, key_file: client.key }
    const paths = Object.fromEntries(Object.entries(files).map(([name, pem]) => [name, fileOf(pem, `${name}.pem`)]))
    assert.equal(await problemWith(store, tlsOf(paths)), null)
  })

  test('by variables alone', async () => {
    const variables = {
      [`SESSION_${store.toUpperCase()}_TLS_ENABLED`]: 'true',
      [`SESSION_${store.toUpperCase()}_TLS_CA_FILE`]: fileOf(authority.ca, 'ca.pem'),
    }
    const manager = await createSessionManager(await load(stores[store]?.() ?? '', variables))
    onTestFinished(() => manager.close())
    assert.equal((await manager.health()).ok, true)
  })

  test('without an authority, or by another one, nobody is trusted', async () => {
    const sentence = /authority that is not trusted/
    assert.match(`${await problemWith(store, tlsOf({}))}`, sentence)
    assert.match(`${await problemWith(store, tlsOf({ ca_file: fileOf(stranger.ca, 'ca.pem') }))}`, sentence)
  })

  test('another name than that of the certificate is refused', async () => {
    const tls = tlsOf({ ca_file: fileOf(authority.ca, 'ca.pem'), server_name: 'db.example' })
    assert.match(`${await problemWith(store, tls)}`, /is for another host/)
  })

  test('insecure_skip_verify takes any certificate', async () => {
    const tls = `${tlsOf({})}      insecure_skip_verify: true\n`
    assert.equal(await problemWith(store, tls), null)
  })

  test('without TLS the server is not reached, and a sentence says so', async () => {
    const problem = await problemWith(store, '')
    assert.match(
      `${problem}`,
      store === 'mysql' ? /wants a connection with TLS|lets this user not in/ : /TLS|answer|closed|reached/,
    )
  })

  test('a file that is not there is a problem of the configuration, with its line', async () => {
    const config = await load(`${stores[store]?.()}${tlsOf({ ca_file: '/nowhere/ca.pem' })}`)
    const [problem] = await problemsOf(createSessionManager(config))
    assert.equal(problem?.key, `store.${store}.tls.ca_file`)
    assert.match(`${problem?.problem}`, /ENOENT/)
    assert.ok((problem?.line ?? 0) > 5)
  })
})
