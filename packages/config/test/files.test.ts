// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is the syntax that is tested.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { assert, describe, onTestFinished, test } from 'vitest'
import { loadConfig } from '../src/index.ts'
import { errorOf, fileOf, load, problemsOf } from './loading.ts'

describe('what is taken', () => {
  for (const [what, content, name] of [
    ['an empty file', '', 'a.yaml'],
    ['comments alone', '# nothing\n', 'a.yml'],
    ['an empty section', 'store:\n  # type: redis\n', 'a.yaml'],
    ['an empty JSON object', '{}', 'a.json'],
    ['a byte order mark', '\uFEFFcleanup: {}', 'a.yaml'],
    ['Windows line ends', 'cleanup:\r\n  batch_size: 100\r\n', 'a.yaml'],
    ['JSON indented with tabs', '{\n\t"cleanup": {\n\t\t"batch_size": 100\n\t}\n}', 'a.json'],
    ['the key by which editors find the schema', '{"$schema": "./schema.json"}', 'a.json'],
    ['an anchor that nobody uses', 'cleanup: &a { batch_size: 100 }', 'a.yaml'],
    ['an ending in capitals', '{}', 'a.JSON'],
  ] as const) {
    test(what, async () => assert.equal((await load(content, {}, name)).cleanup.batchSize, 100))
  }

  test('text keeps what a number would lose', async () => {
    const { redis } = (await load('store: { redis: { password: 0123, username: 1e3 } }')).store
    assert.deepEqual([redis.password?.reveal(), redis.username], ['0123', '1e3'])
  })

  test('a URL of a file, and a link to it', async () => {
    const path = fileOf('cleanup: { batch_size: 7 }')
    symlinkSync(path, `${path}.yaml`)
    assert.equal((await loadConfig(pathToFileURL(path), {})).cleanup.batchSize, 7)
    assert.equal((await loadConfig(`${path}.yaml`, {})).cleanup.batchSize, 7)
  })

  test('lists and key rings', async () => {
    const key = 'ab'.repeat(32)
    const config = await load(`
store: { redis: { cluster: [n1, 'n2:7000', '[::1]:7001'] } }
encryption: { keys: { new: ${key}, old: ${key} }, active_key: old }`)
    assert.deepEqual(config.store.redis.cluster, ['n1:6379', 'n2:7000', '[::1]:7001'])
    assert.deepEqual(
      config.encryption.keys?.map(({ id }) => id),
      ['new', 'old'],
    )
  })
})

describe('what is refused, and where', () => {
  for (const [what, content, line, column, name = 'a.yaml'] of [
    ['an unknown key', 'store:\n  redis:\n    adress: a', 3, 5],
    ['a key in quotes', 'store:\n  "typ": redis', 2, 3],
    ['a key in the wrong section', 'redis:\n  addr: a', 1, 1],
    ['a section that is a value', 'store: redis', 1, 1],
    ['a section that is a list', 'store:\n  - redis', 1, 1],
    ['a value that is a section', 'store:\n  type:\n    redis: {}', 2, 3],
    ['a repeated key', 'cleanup:\n  batch_size: 1\n  batch_size: 2', 3, 3],
    ['a repeated section', 'store: {}\nstore: {}', 2, 1],
    ['a repeated key of JSON', '{\n  "cleanup": {},\n  "cleanup": {}\n}', 3, 3, 'a.json'],
    ['an alias', 'cleanup: &a {}\nturns: *a', 2, 8],
    ['a merge', 'cleanup:\n  <<: { batch_size: 1 }', 2, 3],
    ['a tag', 'store:\n  type: !!binary cmVkaXM=', 2, 18],
    ['a tag of somebody', 'store: !mine {}', 1, 8],
    ['two documents', 'store: {}\n---\nturns: {}', 2, 1],
    ['a list at the top', '- store', 1, 1],
    ['a text at the top', 'store', 1, 1],
    ['a key that is a list', '? [a]\n: 1', 1, 3],
    ['a tab', 'store:\n\ttype: redis', 2, 1],
    ['a quote that does not end', 'store:\n  type: "redis', 2, 15],
    ['a bracket that does not end', 'store: {', 1, 9],
    ['a comma too many in JSON', '{\n  "store": {},\n}', 3, 1, 'a.json'],
    ['a comment in JSON', '{\n  // no\n}', 2, 3, 'a.json'],
    ['JSON that ends too early', '{"store": {', 1, 12, 'a.json'],
    ['a key of prototypes', '__proto__:\n  type: redis', 1, 1],
    ['another one', 'store:\n  constructor: { prototype: { type: redis } }', 2, 3],
    ['a key of prototypes in JSON', '{"store": {"__proto__": {"type": "redis"}}}', 1, 12, 'a.json'],
  ] as const) {
    test(what, async () => {
      const path = fileOf(content, name)
      const [problem] = await problemsOf(loadConfig(path, {}))
      assert.include(problem, { file: path, line, column })
    })
  }

  test('all problems are in one error, in the order of the file', async () => {
    const error = await errorOf(load('store:\n  typ: redis\n  redis:\n    db: main\ncleanup:\n  interval: soon\n'))
    assert.deepEqual(
      error.details.problems.map(({ key, line }) => [key, line]),
      [
        ['store.typ', 2],
        ['store.redis.db', 4],
        ['cleanup.interval', 6],
      ],
    )
    for (const { key, problem } of error.details.problems) assert.include(error.message, `${key} ${problem}`)
    assert.match(error.message, /sess\.yaml:2:3: store\.typ is unknown; did you mean store\.type\?/)
  })

  for (const [wrong, meant] of [
    ['store.redis.adr', 'store.redis.addr'],
    ['store.redis.keyPrefix', 'store.redis.key_prefix'],
    ['limits.messagesPerChat', 'limits.messages_per_chat'],
    ['sessions.default_ttl', null],
    ['redis', null],
    ['limits.default_ttl', 'session.default_ttl'],
    ['cleanup.batch-size', 'cleanup.batch_size'],
    ['clean_up', 'cleanup'],
    ['turns.laese', 'turns.lease'],
  ] as const) {
    test(`for ${wrong} the nearest key is ${meant ?? 'none, or a section'}`, async () => {
      const names = wrong.split('.')
      const content = names.reduceRight<unknown>((value, name) => ({ [name]: value }), 1) as object
      const [problem] = await problemsOf(loadConfig(content, {}))
      if (meant !== null) assert.equal(problem?.problem, `is unknown; did you mean ${meant}?`)
      else assert.match(`${problem?.problem}`, /^is unknown/)
    })
  }

  test('a mistyped word is answered with the nearest one', async () => {
    const [problem] = await problemsOf(load('store: { type: reddis }'))
    assert.equal(problem?.problem, 'must be memory, redis or mysql; did you mean redis?')
  })

  test('a thousand problems are counted, a hundred listed', async () => {
    const content = Array.from({ length: 1_000 }, (_, index) => `unknown_${index}: 1`).join('\n')
    const { details, message } = await errorOf(load(content))
    assert.equal(details.problems.length, 100)
    assert.match(message, /has 1000 problems[\s\S]*and 900 more$/)
  })
})

describe('files that are none', () => {
  for (const [what, content, problem] of [
    ['too large', `# ${'x'.repeat(65_536)}`, 'is larger than 64 KiB'],
    ['not UTF-8', new Uint8Array([0x61, 0xff, 0xfe]), 'is not UTF-8'],
    ['brackets without end', '['.repeat(60_000), 'is nested too deeply'],
    ['lists in lists', '- '.repeat(30_000), 'is nested too deeply'],
    ['questions', '? '.repeat(30_000), 'is nested too deeply'],
    ['stairs', Array.from({ length: 300 }, (_, level) => `${' '.repeat(level)}a:`).join('\n'), 'is nested too deeply'],
  ] as const) {
    test(what, async () => assert.equal((await problemsOf(loadConfig(fileOf(content), {})))[0]?.problem, problem))
  }

  test('deep JSON', async () => {
    const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`
    assert.equal((await problemsOf(load(deep, {}, 'a.json')))[0]?.problem, 'is nested too deeply')
  })

  test('missing, a folder, a pipe, another ending', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sess-config-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const pipe = join(folder, 'pipe.yaml')
    execFileSync('mkfifo', [pipe])
    const folderWithEnding = mkdtempSync(join(folder, 'a.yaml'))
    symlinkSync(folderWithEnding, join(folder, 'b.yaml'))
    for (const [path, problem] of [
      [join(folder, 'none.yaml'), "can't be read (ENOENT)"],
      [join(folder, 'b.yaml'), 'is not a regular file'],
      [pipe, 'is not a regular file'],
      ['/dev/zero.yaml', "can't be read (ENOENT)"],
      [join(folder, 'sess.toml'), 'must end in .yaml, .yml or .json'],
    ] as const)
      assert.equal((await problemsOf(loadConfig(path, {})))[0]?.problem, problem, path)
  })

  test('a path with line breaks stays one line of the error', async () => {
    const { message } = await errorOf(loadConfig('/none\n[INFO] all is well.yaml', {}))
    assert.notInclude(message, '\n[INFO]')
  })

  for (const source of ['', 5, null, new URL('http://a/b.yaml')])
    test(`${source} is no source`, async () => {
      const error = await loadConfig(source as string, {}).catch((reason: unknown) => reason)
      assert.include(error, { code: 'INVALID_ARGUMENT' })
    })
})

describe('variables in files', () => {
  const environment = { HOST: 'cache', PORT: '6380', EMPTY: '', NESTED: '${HOST}', NUMBER: '7', LIST: 'a,b' }
  const addr = async (text: string) =>
    (await load(`store: { redis: { addr: '${text}' } }`, environment)).store.redis.addr

  for (const [text, expected] of [
    ['${HOST}:${PORT}', 'cache:6380'],
    ['${NONE:-other}:1', 'other:1'],
    ['${EMPTY:-other}:1', 'other:1'],
    ['${HOST:-other}:1', 'cache:1'],
    ['${EMPTY}:1', 'localhost:1'],
    ['${NONE:-}:1', 'localhost:1'],
    ['${NONE:-a:1}', 'a:1'],
  ] as const) {
    test(text, async () => assert.equal(await addr(text), expected))
  }

  test('what was filled in is not looked at again, and $${ is meant', async () => {
    const file = "store: { redis: { key_prefix: 'x', username: '${NESTED}', master_name: '$${HOST}' } }"
    const { username, masterName } = (await load(file, environment)).store.redis
    assert.deepEqual([username, masterName], ['${HOST}', '${HOST}'])
  })

  test('numbers, flags and lists can be variables', async () => {
    const file = 'store: { redis: { cluster: [ "${HOST}", "${HOST}:1" ] } }\ncleanup:\n  batch_size: ${NUMBER}'
    const config = await load(file, environment)
    assert.deepEqual(config.store.redis.cluster, ['cache:6379', 'cache:1'])
    assert.equal(config.cleanup.batchSize, 7)
  })

  test('in JSON too', async () => {
    const config = await load('{"cleanup": {"batch_size": "${NUMBER}"}}', environment, 'a.json')
    assert.equal(config.cleanup.batchSize, 7)
  })

  test('one that is not set is named, with its place', async () => {
    const path = fileOf('store:\n  redis:\n    addr: ${NONE}\n    username: a ${constructor} b')
    const problems = await problemsOf(loadConfig(path, {}))
    assert.deepEqual(problems, [
      {
        file: path,
        line: 3,
        column: 11,
        key: 'store.redis.addr',
        problem: 'needs the variable NONE, which is not set',
      },
      {
        file: path,
        line: 4,
        column: 15,
        key: 'store.redis.username',
        problem: 'needs the variable constructor, which is not set',
      },
    ])
  })

  for (const text of ['${', '${HOST', '${}', '${1A}', '${HOST:+a}', '${HOST-a}', '${A B}', '${${HOST}}'])
    test(`${text} is refused`, async () => {
      const problems = await problemsOf(load(`store: { redis: { username: '${text}' } }`, environment))
      assert.match(`${problems[0]?.problem}`, /begins neither/)
    })

  test('keys, and the texts of objects, are left alone', async () => {
    assert.equal((await problemsOf(load("'${HOST}': 1", environment)))[0]?.problem, 'is unknown')
    const config = await loadConfig({ store: { redis: { username: '${HOST}' } } }, environment)
    assert.equal(config.store.redis.username, '${HOST}')
  })
})

describe('objects', () => {
  test('are taken like files, without places', async () => {
    assert.equal((await loadConfig({ session: { default_ttl: '1h' }, limits: { sessions: 5 } }, {})).limits.sessions, 5)
    assert.deepEqual(await problemsOf(loadConfig({ cleanup: { batch_size: 'all' } }, {})), [
      {
        file: null,
        line: null,
        column: null,
        key: 'cleanup.batch_size',
        problem: 'must be a whole number from 1 to 1000',
      },
    ])
  })

  test('must be plain data', async () => {
    const cycle: { store?: unknown } = {}
    cycle.store = cycle
    const accessor = Object.defineProperty({}, 'store', { enumerable: true, get: () => assert.fail('it was run') })
    for (const source of [cycle, accessor, { store: new Map() }, { store: () => {} }, { store: Symbol('a') }])
      assert.include(await loadConfig(source, {}).catch((error: unknown) => error), { code: 'INVALID_ARGUMENT' })
  })

  test('a key of prototypes is unknown, and pollutes nothing', async () => {
    const source = JSON.parse('{"__proto__": {"polluted": true}, "store": {"__proto__": {"polluted": true}}}')
    assert.equal((await problemsOf(loadConfig(source, {}))).length, 2)
    assert.notProperty({}, 'polluted')
  })
})

describe('variables of the process', () => {
  test('a typing error is found, what is somebody else’s is left alone', async () => {
    const foreign = { SESSION_MANAGER: 'local/desk', SESSION_SECRET: 's', SESSION_REDIS_SERVICE_HOST: '10.0.0.1' }
    await loadConfig({}, foreign)
    const [problem] = await problemsOf(loadConfig({}, { ...foreign, SESSION_REDIS_ADRR: 'a' }))
    assert.include(problem, { file: null, line: null, key: 'SESSION_REDIS_ADRR' })
    assert.match(`${problem?.problem}`, /did you mean SESSION_REDIS_ADDR/)
  })
})
