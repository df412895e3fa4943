import { isSessError, type SessionManager } from '@sess/core'
import { json } from '@sess/core/codec'
import { proxy, sharedDatabase, sharedRedis, startRedisCluster, startSentinel } from '@sess/test-servers'
import { assert, describe, inject, onTestFinished, test, vi } from 'vitest'
import { type Config, createSessionManager, loadConfig, type Ports } from '../src/index.ts'
import { load } from './loading.ts'

const ports: Ports = { agent: async ({ message }) => `You said: ${message.content}` }
const owner = { orgId: 'acme', userId: 'ada' }

/** A prefix of this test alone, in servers that others use too. */
function newPrefix(): string {
  return `config_${process.pid}_${Math.trunc(performance.now() * 1_000)}_`
}

async function opened(config: Config, given: Ports = ports): Promise<SessionManager> {
  const manager = await createSessionManager(config, given)
  onTestFinished(() => manager.close())
  return manager
}

async function assertTalks(manager: SessionManager): Promise<void> {
  const session = await manager.for(owner).openSession('one')
  const chat = await session.openChat('general')
  assert.equal((await chat.sendMessage('Hello')).text, 'You said: Hello')
}

async function assertKept(manager: SessionManager): Promise<void> {
  const session = await manager.for(owner).openSession('one')
  assert.equal((await session.getMessages()).length, 2)
}

describe('memory', () => {
  test('a manager from variables and defaults alone', async () => {
    await assertTalks(await opened(await loadConfig({}, {})))
  })

  test('the limits of the file hold', async () => {
    const manager = await opened(await load('limits: { sessions_per_user: 1 }\ndefault_org_id: main'))
    await manager.for({ userId: 'ada' }).createSession()
    const error = await manager
      .for({ userId: 'ada' })
      .createSession()
      .catch((reason: unknown) => reason)
    assert(isSessError(error, 'SESSION_LIMIT_REACHED'))
  })

  test('the store’s own limit and its eviction hold', async () => {
    const manager = await opened(await load('store: { memory: { max_sessions: 1, eviction_policy: lru } }'))
    await manager.for(owner).createSession()
    await manager.for(owner).createSession()
    assert.equal(await manager.countSessions(), 1)
  })

  test('expiry and the interval of the memory store hold', async () => {
    const manager = await opened(
      await load('session: { default_ttl: 50ms }\nstore: { memory: { cleanup_interval: 60ms } }'),
    )
    const swept = new Promise((resolve) => manager.on('session-expired', resolve))
    await manager.for(owner).createSession()
    await swept
  })
})

describe('Redis', { timeout: 30_000 }, () => {
  async function redis(prefix = newPrefix(), url?: string): Promise<Config> {
    const { host, pathname } = new URL(url ?? (await sharedRedis(inject('testServers'))))
    return await load(`
store:
  type: redis
  redis:
    addr: ${host}
    db: ${pathname.slice(1) || 0}
    pool_size: 10
    key_prefix: '${prefix}'
`)
  }

  test('what one manager keeps, another one finds', async () => {
    const prefix = newPrefix()
    await assertTalks(await opened(await redis(prefix)))
    await assertKept(await opened(await redis(prefix)))
    const other = await opened(await redis())
    assert.equal(await other.for(owner).countSessions(), 0)
  })

  test('closing the manager closes the connections that it made', async () => {
    const between = await proxy(await sharedRedis(inject('testServers')))
    onTestFinished(() => between.close())
    const manager = await createSessionManager(await redis(newPrefix(), between.url), ports)
    assert.isAbove(between.counters.liveConnections, 0)
    await manager.close()
    await vi.waitFor(() => assert.equal(between.counters.liveConnections, 0), { timeout: 5_000 })
  })

  test('a server that is not there is an error, and nothing stays open', async () => {
    const config = await load('store: { type: redis, redis: { addr: "127.0.0.1:1", timeout: 200ms } }')
    const error = await createSessionManager(config, ports).catch((reason: unknown) => reason)
    assert(isSessError(error, 'STORE_UNAVAILABLE'))
  })

  test('settings without effect are told to the logger', async () => {
    const warnings: object[] = []
    const nothing = () => {}
    const logger = { debug: nothing, info: nothing, error: nothing, warn: (details: object) => warnings.push(details) }
    await opened(await redis(), { ...ports, logger })
    assert.deepInclude(warnings[0], { key: 'store.redis.pool_size', line: 7 })
  })

  test('a cluster', { timeout: 60_000 }, async () => {
    const cluster = await startRedisCluster()
    onTestFinished(() => cluster.stop())
    const file = `store: { type: redis, redis: { cluster: "${cluster.urls.join(',')}" } }`
    await assertTalks(await opened(await load(file)))
    await assertKept(
      await opened(await loadConfig({}, { SESSION_STORE_TYPE: 'redis', SESSION_REDIS_CLUSTER: cluster.urls.join() })),
    )
  })

  test('behind Sentinel', { timeout: 60_000 }, async () => {
    const group = await startSentinel()
    onTestFinished(() => group.stop())
    const sentinels = group.sentinels.map(({ url }) => url)
    const source = { store: { type: 'redis', redis: { sentinels, master_name: group.masterName } } }
    await assertTalks(await opened(await loadConfig(source, {})))
  })
})

describe('MySQL', { timeout: 60_000 }, () => {
  test('a URL: what one manager keeps, another one finds, by its parts and its DSN', async () => {
    const url = await sharedDatabase(inject('testServers'))
    const { username, password, hostname, port, pathname } = new URL(url)
    const database = pathname.slice(1)
    await assertTalks(await opened(await loadConfig({}, { SESSION_STORE_TYPE: 'mysql', SESSION_MYSQL_URL: url })))
    const parts = { host: hostname, port: Number(port), username, password, database, pool_size: 2 }
    await assertKept(await opened(await loadConfig({ store: { type: 'mysql', mysql: parts } }, {})))
    const dsn = `${username}:${password}@tcp(${hostname}:${port})/${database}?parseTime=true`
    await assertKept(await opened(await loadConfig({ store: { type: 'mysql', mysql: { dsn } } }, {})))
  })

  test('the name of a table is a prefix, and tables are only checked where that is wanted', async () => {
    const url = await sharedDatabase(inject('testServers'))
    const mysql = { url, table_name: 'agents' }
    const checking = await loadConfig({ store: { type: 'mysql', mysql: { ...mysql, migrate: 'check' } } }, {})
    const error = await createSessionManager(checking, ports).catch((reason: unknown) => reason)
    assert(isSessError(error, 'STORE_UNAVAILABLE'))
    await assertTalks(await opened(await loadConfig({ store: { type: 'mysql', mysql } }, {})))
    await assertKept(await opened(checking))
    const others = await opened(await loadConfig({ store: { type: 'mysql', mysql: { url } } }, {}))
    assert.equal(await others.for(owner).countSessions(), 0)
  })
})

describe('compression and encryption', { timeout: 60_000 }, () => {
  const keys = { k1: 'ab'.repeat(32), k2: 'cd'.repeat(32) }
  const long = 'A sentence that compresses well. '.repeat(200)

  async function stores(): Promise<readonly object[]> {
    const redis = { url: await sharedRedis(inject('testServers')), key_prefix: newPrefix() }
    const mysql = { url: await sharedDatabase(inject('testServers')) }
    return [
      { type: 'redis', redis },
      { type: 'mysql', mysql },
    ]
  }

  async function open(store: object, settings: object): Promise<SessionManager> {
    return await opened(await loadConfig({ store, ...settings }, {}))
  }

  test('what was kept encrypted is read with the same keys, and by nobody without them', async () => {
    for (const store of await stores()) {
      const encryption = { enabled: true, keys }
      const first = await open(store, { encryption, compression: { enabled: true } })
      const chat = await (await first.for(owner).openSession('one')).openChat('general')
      await chat.sendMessage(long)

      const rotated = await open(store, {
        encryption: { ...encryption, active_key: 'k2' },
        compression: { enabled: true },
      })
      const read = await (await rotated.for(owner).openSession('one')).getMessages()
      assert.equal(read[0]?.content, long)

      for (const other of [{}, { encryption: { enabled: true, keys: { k3: 'ef'.repeat(32) } } }]) {
        const stranger = await open(store, other)
        const answer = await stranger
          .for(owner)
          .openSession('one')
          .then((session) => session.getMessages())
          .catch((error: unknown) => error)
        assert.instanceOf(answer, Error, JSON.stringify(Object.keys(other)))
      }
    }
  })

  test('the memory store takes them too', async () => {
    const settings = { session: { enable_encryption: true, enable_compression: true, encryption_key: keys.k1 } }
    await assertTalks(await open({ type: 'memory' }, settings))
  })

  test('plain text from before is refused, and read where that is wanted', async () => {
    for (const store of await stores()) {
      await assertTalks(await open(store, {}))
      const refusing = await open(store, { encryption: { enabled: true, keys } })
      const error = await assertKept(refusing).catch((reason: unknown) => reason)
      assert(isSessError(error, 'CODEC_PLAINTEXT_REFUSED'), `${error}`)
      await assertKept(await open(store, { encryption: { enabled: true, keys, migrate: true } }))
    }
  })

  test('a codec beside the configured one is refused, alone it is used', async () => {
    const given = await loadConfig({ compression: { enabled: true } }, {})
    const refused = await createSessionManager(given, { ...ports, codec: json() }).catch((error: unknown) => error)
    assert.include(refused, { code: 'INVALID_ARGUMENT' })
    await assertTalks(await opened(await loadConfig({}, {}), { ...ports, codec: json() }))
  })
})

describe('what is refused', () => {
  test('a configuration that was not loaded, and ports that are unknown', async () => {
    const config = await loadConfig({}, {})
    for (const making of [
      () => createSessionManager(structuredClone({ ...config, encryption: null }) as unknown as Config, ports),
      () => createSessionManager(config, { ...ports, agnet: ports.agent } as Ports),
      () => createSessionManager(config, { ...ports, tools: 5 as never }),
    ])
      assert.include(await making().catch((error: unknown) => error), { code: 'INVALID_ARGUMENT' })
  })

  test('files of certificates that are not there', async () => {
    const config = await load('store:\n  type: redis\n  redis:\n    tls: { enabled: true, ca_file: /none/ca.pem }')
    const error = await createSessionManager(config, ports).catch((reason: unknown) => reason)
    assert(isSessError(error, 'CONFIG_INVALID'))
    assert.include(error.details.problems[0], {
      key: 'store.redis.tls.ca_file',
      line: 4,
      problem: "names a file that can't be read (ENOENT)",
    })
  })

  test('an abort ends the opening with its reason', async () => {
    const config = await load('store: { type: redis, redis: { addr: "127.0.0.1:1" } }')
    const reason = new Error('enough')
    const error = await createSessionManager(config, ports, { signal: AbortSignal.abort(reason) }).catch(
      (e: unknown) => e,
    )
    assert.equal(error, reason)
  })
})
