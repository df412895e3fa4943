import { assert, describe, test } from 'vitest'
import { loadConfig } from '../src/index.ts'
import { load, problemsOf } from './loading.ts'

describe('variables beat files beat defaults', () => {
  const file = { none: '', given: 'cleanup: { batch_size: 7 }' }
  const variable = { none: {}, given: { SESSION_CLEANUP_BATCH_SIZE: '9' }, empty: { SESSION_CLEANUP_BATCH_SIZE: '' } }
  for (const [inFile, inVariable, expected] of [
    ['none', 'none', 100],
    ['given', 'none', 7],
    ['none', 'given', 9],
    ['given', 'given', 9],
    ['given', 'empty', 7],
    ['none', 'empty', 100],
  ] as const) {
    test(`file: ${inFile}, variable: ${inVariable}`, async () => {
      assert.equal((await load(file[inFile], variable[inVariable])).cleanup.batchSize, expected)
    })
  }
})

describe('one setting by two keys', () => {
  test('a weaker spelling gives way, whichever it is', async () => {
    const inFile = 'session: { default_ttl: 1h }'
    assert.equal((await load(inFile, { SESSION_EXPIRY_IDLE: '2h' })).expiry.idleMs, 7_200_000)
    assert.equal((await load('expiry: { idle: 1h }', { SESSION_DEFAULT_TTL: '2h' })).expiry.idleMs, 7_200_000)
  })

  test('both may say the same', async () => {
    assert.equal((await load('session: { default_ttl: 1h }\nexpiry: { idle: 60m }')).expiry.idleMs, 3_600_000)
  })

  test('in one file they may not disagree', async () => {
    const [problem] = await problemsOf(load('session:\n  default_ttl: 1h\nexpiry:\n  idle: 2h'))
    assert.include(problem, { key: 'expiry.idle', line: 4, column: 3 })
    assert.equal(problem?.problem, 'disagrees with session.default_ttl in line 2, which says the same thing otherwise')
  })

  test('nor may two variables', async () => {
    const environment = { SESSION_MYSQL_DSN: 'a:b@tcp(h)/d', SESSION_MYSQL_USERNAME: 'c' }
    const problems = await problemsOf(loadConfig({}, environment))
    assert.deepEqual(
      problems.map(({ key }) => key),
      ['SESSION_MYSQL_USERNAME'],
    )
  })

  test('never and an equal secret count as the same', async () => {
    await load('session: { default_ttl: never }\nexpiry: { idle: null }')
    await load("store: { redis: { url: 'redis://:pw@h:1', password: pw, addr: 'h:1' } }")
  })
})

describe('URLs and their parts', () => {
  test('a variable fills in what the URL of a file leaves out', async () => {
    const { redis } = (await load("store: { redis: { url: 'redis://cache/2' } }", { SESSION_REDIS_PASSWORD: 'pw' }))
      .store
    assert.deepInclude({ ...redis, password: redis.password?.reveal() }, { addr: 'cache:6379', db: 2, password: 'pw' })
  })

  test('the URL of a variable beats the parts of a file', async () => {
    const file = 'store: { type: mysql, mysql: { host: a, username: b, password: c, database: d } }'
    const { mysql } = (await load(file, { SESSION_MYSQL_URL: 'mysql://x:y@z/w' })).store
    assert.deepInclude(
      { ...mysql, password: mysql.password?.reveal() },
      { host: 'z', username: 'x', password: 'y', database: 'w' },
    )
  })

  test('in one file they may not disagree', async () => {
    const [problem] = await problemsOf(load("store:\n  redis:\n    addr: a:1\n    url: 'redis://b:1'"))
    assert.include(problem, { key: 'store.redis.url', line: 4 })
  })

  test('a cluster of a variable takes the place of the address of a file', async () => {
    const file = 'store: { type: redis, redis: { addr: a } }'
    const { redis } = (await load(file, { SESSION_REDIS_CLUSTER: 'n1,n2:7000' })).store
    assert.deepEqual([redis.addr, redis.cluster], [null, ['n1:6379', 'n2:7000']])
  })

  test('two ways to Redis in one file are refused', async () => {
    const file = 'store:\n  type: redis\n  redis:\n    addr: a\n    sentinels: [s]\n    master_name: m'
    const [problem] = await problemsOf(load(file))
    assert.include(problem, { key: 'store.redis.sentinels', line: 5 })
  })
})

describe('settings that need each other', () => {
  for (const [what, content, key] of [
    ['sentinels and their master', 'store: { type: redis, redis: { sentinels: [s] } }', 'store.redis.master_name'],
    ['a cluster and its database', 'store: { type: redis, redis: { cluster: [n], db: 1 } }', 'store.redis.db'],
    ['MySQL and a user', 'store: { type: mysql }', 'store.mysql.username'],
    [
      'a certificate and its key',
      'store: { type: redis, redis: { tls: { enabled: true, cert_file: a } } }',
      'store.redis.tls.key_file',
    ],
    ['authorities and TLS', 'store: { type: redis, redis: { tls: { ca_file: a } } }', 'store.redis.tls.ca_file'],
    ['the lease and its renewal', 'turns: { lease: 5s, renew: 3s }', 'turns.renew'],
    ['a lease shorter than the default renewal', 'turns: { lease: 5s }', 'turns.renew'],
    ['encryption and keys', 'encryption: { enabled: true }', 'encryption.enabled'],
    ['the active key and the ring', 'encryption: { active_key: k1 }', 'encryption.active_key'],
  ] as const) {
    test(what, async () =>
      assert.include(
        (await problemsOf(load(content))).map((problem) => problem.key),
        key,
      ),
    )
  }
})
