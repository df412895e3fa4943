import { assert, test } from 'vitest'
import { loadConfig } from '../src/index.ts'
import { load, problemsOf } from './loading.ts'

/** The example of the original's documentation, unchanged. */
const documented = `# config.yaml
store:
  type: "redis"
  redis:
    addr: "localhost:6379"
    password: ""
    db: 0
    pool_size: 10
    key_prefix: "session:"

session:
  default_ttl: "24h"
  max_message_count: 1000
  enable_compression: false
  enable_encryption: false

cleanup:
  enabled: true
  interval: "1h"
  batch_size: 100
`

test('the documented example file works unchanged', async () => {
  const config = await load(documented)
  assert.equal(config.store.type, 'redis')
  const { addr, password, db, keyPrefix } = config.store.redis
  assert.deepEqual(
    { addr, password, db, keyPrefix },
    { addr: 'localhost:6379', password: null, db: 0, keyPrefix: 'session:' },
  )
  assert.deepEqual(config.expiry, { idleMs: 86_400_000, absoluteMs: null })
  assert.equal(config.limits.messagesPerChat, 1_000)
  assert.deepEqual(config.cleanup, { enabled: true, intervalMs: 3_600_000, batchSize: 100 })
})

test('the documented variables work', async () => {
  const config = await loadConfig(
    {},
    {
      SESSION_STORE_TYPE: 'redis',
      SESSION_REDIS_ADDR: 'localhost:6379',
      SESSION_REDIS_PASSWORD: 'secret',
      SESSION_DEFAULT_TTL: '24h',
      SESSION_MAX_MESSAGE_COUNT: '1000',
    },
  )
  assert.equal(config.store.type, 'redis')
  assert.equal(config.store.redis.password?.reveal(), 'secret')
  assert.equal(config.limits.messagesPerChat, 1_000)
})

test('the same example as JSON works', async () => {
  const config = await load(
    '{"store": {"type": "redis", "redis": {"addr": "localhost:6379", "password": "", "db": 0, "pool_size": 10, "key_prefix": "session:"}},' +
      '"session": {"default_ttl": "24h", "max_message_count": 1000}, "cleanup": {"enabled": true, "interval": "1h"}}',
    {},
    'config.json',
  )
  assert.equal(config.store.redis.keyPrefix, 'session:')
})

test('durations that the original saved work: nanoseconds in JSON, 24h0m0s in YAML', async () => {
  const json = '{"session": {"default_ttl": 86400000000000}, "cleanup": {"interval": 5000000000}}'
  const fromJson = await load(json, {}, 'config.json')
  assert.equal(fromJson.expiry.idleMs, 86_400_000)
  assert.equal(fromJson.cleanup.intervalMs, 5_000)
  assert.equal((await load('session: { default_ttl: 24h0m0s }')).expiry.idleMs, 86_400_000)
})

test('a number that was meant as seconds or milliseconds is refused, never taken for nanoseconds', async () => {
  for (const number of ['3600', '86400', '86400000', '2592000000', '0', '-1', '1e9', '1.5'])
    assert.equal((await problemsOf(load(`session:\n  default_ttl: ${number}`))).length, 1, number)
})

test('the sections of each store are taken whichever is chosen', async () => {
  const config = await load(`
store:
  type: mysql
  memory: { max_sessions: 10000, eviction_policy: lru, cleanup_interval: 5m }
  redis: { addr: 'localhost:6379', min_idle_conns: 5, max_retries: 3, dial_timeout: 5s, read_timeout: 3s, write_timeout: 3s, idle_timeout: 5m }
  mysql:
    host: localhost
    port: 3306
    username: user
    password: password
    database: sessions
    table_name: sessions
    max_open_conns: 10
    max_idle_conns: 5
    conn_max_lifetime: 1h
    conn_max_idle_time: 10m
    tls: { enabled: false, ca_file: ca.pem, insecure_skip_verify: true }
`)
  assert.equal(config.store.mysql.tablePrefix, 'sessions_')
  assert.equal(config.store.memory.eviction, 'lru')
  assert.equal(config.store.redis.readTimeoutMs, 3_000)
  assert.equal(config.store.mysql.tls.enabled, false)
})
