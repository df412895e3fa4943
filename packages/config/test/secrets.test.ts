import { inspect } from 'node:util'
import { assert, describe as group, test } from 'vitest'
import { type Config, describe, loadConfig } from '../src/index.ts'
import { fileOf } from './loading.ts'

const planted = 'pl4nted-S3cret'
const key = Buffer.from(planted.padEnd(32, '!')).toString('base64')

/** Everything a value shows of itself. */
function shown(value: unknown): string {
  const error = value instanceof Error ? [value.stack, value.message, inspect(value.cause, { depth: 9 })] : []
  return [inspect(value, { depth: 9, showHidden: true }), JSON.stringify(value), `${value}`, ...error].join('\n')
}

function assertHidden(value: unknown): void {
  for (const secret of [planted, key, encodeURIComponent(planted)]) assert.notInclude(shown(value), secret)
}

group('secrets are not shown by what was loaded', () => {
  for (const [what, source] of [
    ['a password of Redis', { store: { type: 'redis', redis: { password: planted } } }],
    ['a URL of Redis', { store: { type: 'redis', redis: { url: `redis://user:${planted}@host` } } }],
    [
      'nodes of a cluster',
      { store: { type: 'redis', redis: { cluster: [`redis://:${planted}@a`, `redis://:${planted}@b`] } } },
    ],
    ['sentinels', { store: { type: 'redis', redis: { sentinels: [`redis://:${planted}@a`], master_name: 'm' } } }],
    ['a password of MySQL', { store: { type: 'mysql', mysql: { username: 'u', password: planted } } }],
    ['a DSN', { store: { type: 'mysql', mysql: { dsn: `u:${planted}@tcp(host)/db` } } }],
    ['a URL of MySQL', { store: { type: 'mysql', mysql: { url: `mysql://u:${planted}@host/db` } } }],
    ['a key ring', { encryption: { keys: { k1: key } } }],
    ['one key', { session: { encryption_key: key } }],
  ] as const) {
    test(what, async () => {
      const config = await loadConfig(source, {})
      assertHidden(config)
      const text = describe(config)
      assertHidden(text)
      if (what !== 'a key ring' && what !== 'one key') assert.include(text, '"[secret]"')
    })
  }
})

group('secrets are not in errors', () => {
  for (const [what, content, name] of [
    ['a password that is a list', `store: { redis: { password: [${planted}] } }`, 'a.yaml'],
    ['a password with a control character', `store: { redis: { password: "${planted}\\0" } }`, 'a.yaml'],
    ['a password as a key', `store:\n  redis:\n    password:\n      ${planted}: x`, 'a.yaml'],
    ['a colon without a space', `store: { redis: { password:${planted} } }`, 'a.yaml'],
    ['a URL of another kind', `store: { redis: { url: 'http://u:${planted}@h' } }`, 'a.yaml'],
    ['a URL where an address belongs', `store: { redis: { addr: 'redis://u:${planted}@h' } }`, 'a.yaml'],
    ['nodes with two passwords', `store: { redis: { cluster: ['redis://:${planted}@a', 'redis://b'] } }`, 'a.yaml'],
    ['a DSN with parameters', `store: { mysql: { dsn: 'u:${planted}@tcp(h)/d?timeout=${planted}' } }`, 'a.yaml'],
    ['two passwords', `store: { mysql: { dsn: 'u:${planted}@tcp(h)/d', password: other } }`, 'a.yaml'],
    ['a key that is too short', `session: { encryption_key: ${planted} }`, 'a.yaml'],
    ['a quote that does not end', `store: { redis: { password: "${planted}`, 'a.yaml'],
    ['an alias', `store: { redis: { password: *${planted} } }`, 'a.yaml'],
    ['a tag', `store: { redis: { password: !${planted} x } }`, 'a.yaml'],
    ['a bad indentation', `store:\n  redis:\n     password: a\n    ${planted}: b`, 'a.yaml'],
    ['two colons', `store: password: ${planted}`, 'a.yaml'],
    ['a directive', `%${planted}\n---\na: 1`, 'a.yaml'],
    ['JSON without a quote', `{"store": {"redis": {"password": ${planted}}}}`, 'a.json'],
    ['JSON with a half string', `{"store": {"redis": {"password": "${planted}`, 'a.json'],
    ['a default of a variable', `store: { redis: { username: '\${A-${planted}}' } }`, 'a.yaml'],
  ] as const) {
    test(what, async () => {
      const error = await loadConfig(fileOf(content, name), {}).catch((reason: unknown) => reason)
      assert.include(error, { code: 'CONFIG_INVALID' })
      assertHidden(error)
    })
  }

  test('of a variable that does not fit', async () => {
    for (const variable of ['SESSION_REDIS_URL', 'SESSION_MYSQL_DSN', 'SESSION_ENCRYPTION_KEY', 'SESSION_REDIS_DB']) {
      const error = await loadConfig({}, { [variable]: planted }).catch((reason: unknown) => reason)
      assert.include(error, { code: 'CONFIG_INVALID' })
      assertHidden(error)
    }
  })
})

group('describe', () => {
  test('says what counts and where it comes from', async () => {
    const path = fileOf('store:\n  type: redis\n  redis:\n    addr: cache\n')
    const text = describe(await loadConfig(path, { SESSION_REDIS_PASSWORD: planted }))
    const lines = text.split('\n').map((line) => line.replace(/ +# /, ' # '))
    assert.include(lines, `store.type = "redis" # ${path}:2`)
    assert.include(lines, `store.redis.addr = "cache:6379" # ${path}:4`)
    assert.include(lines, 'store.redis.password = "[secret]" # SESSION_REDIS_PASSWORD')
    assert.include(lines, 'expiry.idle = 86400000 # default')
    assert.notMatch(text, /mysql|memory/)
  })

  test('needs what loadConfig answered', async () => {
    const config = await loadConfig({}, {})
    assert.throws(() => describe({ ...config } as Config), /must be what loadConfig answered/)
  })
})
