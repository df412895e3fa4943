import assert from 'node:assert/strict'
import { type ChatRef, isSessError, newId, newSessionId, type SessError } from '@sess/core'
import { type MysqlServer, proxy, sharedDatabase, startMariadb } from '@sess/test-servers'
import { createPool } from 'mysql2'
import { type Connection, createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { newCall } from '../src/connection/call.ts'
import { PoolSource } from '../src/connection/pool-source.ts'
import { MysqlStore, type MysqlStoreOptions } from '../src/index.ts'
import { ada, chatIn, noQuotas, say, storeGroup, textsOf } from './stores.ts'

let url: string

beforeAll(async () => {
  url = await sharedDatabase(inject('testServers'))
})

async function withStore<Value>(
  options: MysqlStoreOptions,
  act: (store: MysqlStore) => Promise<Value>,
): Promise<Value> {
  const group = storeGroup({ timeoutMs: 2000, ...options })
  try {
    return await act(group.open())
  } finally {
    await group.dispose()
  }
}

/** A store that gives up soon, and a chat. On a busy machine it takes longer to make the tables and the chat. */
async function withHastyStore(
  options: MysqlStoreOptions & { readonly timeoutMs: number },
  act: (store: MysqlStore, chat: ChatRef) => Promise<void>,
): Promise<void> {
  const group = storeGroup(options)
  try {
    const chat = await chatIn(group.open({ timeoutMs: 20_000 }))
    const store = group.open()
    await store.open()
    await act(store, chat)
  } finally {
    await group.dispose()
  }
}

function made(data = {}) {
  const expiry = { idleMs: 3_600_000, absoluteMs: null }
  return { id: newSessionId(ada), owner: ada, key: null, tags: [], data, expiry, pendingMs: null }
}

async function unavailable(call: Promise<unknown>, outcome: 'not-written' | 'unknown'): Promise<SessError> {
  const [answer] = await Promise.allSettled([call])
  assert.equal(answer.status, 'rejected', 'the call succeeded')
  const error: unknown = answer.reason
  assert.ok(isSessError(error, 'STORE_UNAVAILABLE'), `${error}`)
  assert.equal(error.details.outcome, outcome, error.message)
  return error
}

/** All that an error says, and its cause. */
function wordsOf(error: Error): string {
  return [error, error.cause]
    .map((one) => (one instanceof Error ? `${one.message} ${one.stack} ${JSON.stringify(one)}` : ''))
    .join()
}

describe('options', () => {
  const host = { host: 'localhost', user: 'u', password: 'secret', database: 'd' }
  const refusals: readonly (readonly [string, MysqlStoreOptions])[] = [
    ['options', {}],
    ['options', { url: 'mysql://h/d', connection: host }],
    ['url', { url: 'secret' }],
    ['url', { url: 'postgres://u:secret@localhost/d' }],
    ['url', { url: 'mysql://u:secret@localhost' }],
    ['url', { url: 'mysql://u:secret@localhost/d?ssl=secret' }],
    ['url', { url: 'mysql://u:secret%@localhost/d' }],
    ['connection.host', { connection: { ...host, host: '' } }],
    ['connection.database', { connection: { ...host, database: '' } }],
    ['connection.port', { connection: { ...host, port: 70_000 } }],
    ['tablePrefix', { url: 'mysql://h/d', tablePrefix: 'a; drop table x' }],
    ['tablePrefix', { url: 'mysql://h/d', tablePrefix: '' }],
    ['timeoutMs', { url: 'mysql://h/d', timeoutMs: 0 }],
    ['poolSize', { url: 'mysql://h/d', poolSize: 1 }],
    ['migrate', { url: 'mysql://h/d', migrate: 'never' as 'check' }],
    ['pool', { pool: {} as never }],
    ['kysely', { kysely: {} as never }],
    ['tls', { pool: createPool({}), tls: true }],
  ]

  test.each(refusals)('a wrong %s is INVALID_ARGUMENT, without what was given', (field, options) => {
    try {
      new MysqlStore(options)
      expect.unreachable()
    } catch (error) {
      assert.ok(isSessError(error, 'INVALID_ARGUMENT'), `${error}`)
      assert.equal(error.details.field, field)
      assert.ok(!error.message.includes('secret'))
    }
  })

  test('a constructor connects to nothing, and what was never used closes', async () => {
    const between = await proxy(url)
    await new MysqlStore({ url: between.url }).close()
    assert.equal(between.counters.connections, 0)
    await between.close()
  })

  test('stores that share a pool put one listener on its connections, however many they are', async () => {
    const pool = createPool({ uri: url, connectionLimit: 1 })
    const stores = Array.from({ length: 3 }, () => new MysqlStore({ pool }))
    const listeners: number[] = []
    for (const store of stores) {
      await store.open()
      const connection = await pool.promise().getConnection()
      listeners.push(connection.connection.listenerCount('error'))
      connection.release()
    }
    expect(new Set(listeners).size).toBe(1)
    await Promise.all(stores.map((store) => store.close()))
    await pool.promise().end()
  })

  test('a pool that was handed in is used, and left open', async () => {
    const pool = createPool({ uri: url, connectionLimit: 3 })
    await withStore({ pool }, (store) => chatIn(store))
    const [rows] = await pool.promise().query('select 1 as one')
    assert.deepEqual(rows, [{ one: 1 }])
    await pool.promise().end()
  })

  test('a pool of another character set is refused before anything is made', async () => {
    const pool = createPool({ uri: url, charset: 'latin1' })
    await withStore({ pool }, async (store) => {
      const error: unknown = await store.open().catch((reason: unknown) => reason)
      assert.ok(isSessError(error, 'INVALID_ARGUMENT'), `${error}`)
      assert.equal(error.details.field, 'pool')
    })
    await pool.promise().end()
  })
})

describe('a server that cannot be used', () => {
  test('that is not there: STORE_UNAVAILABLE, not-written, when the time is up; health says so', async () => {
    await withStore({ url: 'mysql://u:secret@127.0.0.1:1/d', timeoutMs: 1500 }, async (store) => {
      const startedAt = performance.now()
      const error = await unavailable(store.open(), 'not-written')
      assert.match(error.message, /cannot be reached/)
      assert.ok(!wordsOf(error).includes('secret'))
      await unavailable(store.createSession(made(), { quotas: noQuotas, ifKeyTaken: 'reject' }), 'not-written')
      assert.ok(performance.now() - startedAt < 10_000)
      const { ok, problems } = await store.health()
      assert.deepEqual([ok, problems.length], [false, 1])
      assert.match(`${problems[0]}`, /cannot be reached.*\.$/)
    })
  })

  test.each([
    [
      'another password',
      (given: URL): void => {
        given.password = 'wrong-secret'
      },
      /lets this user not in.*Access denied/,
    ],
    [
      'another user',
      (given: URL): void => {
        given.username = 'nobody'
      },
      /lets this user not in/,
    ],
    [
      'another database',
      (given: URL): void => {
        given.pathname = '/elsewhere'
      },
      /Access denied|does not exist/,
    ],
  ] as const)('with %s: at once, and without the password', async (_, change, words) => {
    const wrong = new URL(url)
    change(wrong)
    await withStore({ url: wrong.href, timeoutMs: 5000 }, async (store) => {
      const startedAt = performance.now()
      const error = await unavailable(store.open(), 'not-written')
      assert.ok(performance.now() - startedAt < 2000)
      assert.match(error.message, words)
      assert.ok(!wordsOf(error).includes('wrong-secret'))
      assert.equal((await store.health()).ok, false)
    })
  })

  test('TLS that the server does not have is refused, not left out', async () => {
    await withStore({ url, tls: true, timeoutMs: 3000 }, async (store) => {
      const error = await unavailable(store.open(), 'not-written')
      assert.match(error.message, /secure connection|SSL|TLS|certificate/i)
    })
    await withStore({ url: `${url}?tls=true`, timeoutMs: 3000 }, (store) => unavailable(store.open(), 'not-written'))
  })

  test('what a statement held is in no error', async () => {
    await withStore({ url }, async (store) => {
      const chat = await chatIn(store)
      const connection = await createConnection({ uri: url })
      const [[table]] = (await connection.query("show tables like '%message'")) as unknown as [Record<string, string>[]]
      void table
      await connection.end()
      const lone = store.appendMessages(chat, [say('x', { id: 'a-secret-\ud800' })])
      const error: unknown = await lone.catch((reason: unknown) => reason)
      assert.ok(isSessError(error, 'INVALID_ARGUMENT'), `${error}`)
      assert.ok(!wordsOf(error).includes('a-secret'))
    })
  })
})

describe('a server with limits', () => {
  let server: MysqlServer
  let admin: Connection

  beforeAll(async () => {
    server = await startMariadb({ args: ['--max-allowed-packet=2M'] })
    admin = await createConnection({ uri: server.url })
  })

  afterAll(async () => {
    await admin.end()
    await server.stop()
  })

  test('a message that is larger than its packets is TOO_LARGE, and nothing is written; health warns', async () => {
    await withStore({ url: await server.database() }, async (store) => {
      const chat = await chatIn(store)
      const large = say('x'.repeat(3 * 1024 * 1024))
      const error: unknown = await store.appendMessages(chat, [say('small'), large]).catch((reason: unknown) => reason)
      assert.ok(isSessError(error, 'TOO_LARGE'), `${error}`)
      const quotes = say('"'.repeat(1024 * 1024))
      assert.ok(isSessError(await store.appendMessages(chat, [quotes]).catch((reason: unknown) => reason), 'TOO_LARGE'))
      assert.deepEqual(await textsOf(store, chat), [])
      await store.appendMessages(
        chat,
        Array.from({ length: 30 }, () => say('y'.repeat(200_000))),
      )
      assert.equal((await textsOf(store, chat)).length, 30)
      const { ok, problems } = await store.health()
      assert.deepEqual([ok, problems.length], [true, 1])
      assert.match(`${problems[0]}`, /max_allowed_packet is 2097152 bytes/)
    })
  })

  test('that is read-only: health says so, and a write fails when its time is up; reading goes on', async () => {
    const database = await server.database()
    await withHastyStore({ url: database, timeoutMs: 1500 }, async (store, chat) => {
      await admin.query('set global read_only = 1')
      try {
        const error = await unavailable(store.appendMessages(chat, [say('x')]), 'not-written')
        assert.match(error.message, /read-only/)
        await unavailable(store.touchSession(chat.session), 'not-written')
        assert.equal((await store.readMessages(chat, { limit: 1 })).lastSeq, 0)
        assert.match((await store.health()).problems.join(), /read-only/)
      } finally {
        await admin.query('set global read_only = 0')
      }
      await store.appendMessages(chat, [say('y')])
    })
  })

  test('that is read-only and so slow that the last try is cut short: what was waited for is said', async () => {
    const between = await proxy(await server.database())
    try {
      await withHastyStore({ url: between.url, timeoutMs: 3400 }, async (store, chat) => {
        await store.touchSession(chat.session)
        await admin.query('set global read_only = 1')
        // Beginning, reading, changing and rolling back: two seconds for each try.
        between.delay(500, 'reply')
        const error = await unavailable(store.touchSession(chat.session), 'not-written')
        assert.match(error.message, /read-only/)
      })
    } finally {
      await admin.query('set global read_only = 0')
      await between.close()
    }
  })

  test('that is read-only for a moment is waited for', async () => {
    await withStore({ url: await server.database(), timeoutMs: 5000 }, async (store) => {
      const chat = await chatIn(store)
      await admin.query('set global read_only = 1')
      const calls = [store.appendMessages(chat, [say('x')]), store.touchSession(chat.session)]
      const ended = new Promise((resolve) => setTimeout(resolve, 300)).then(() =>
        admin.query('set global read_only = 0'),
      )
      await Promise.all([...calls, ended])
      assert.deepEqual(await textsOf(store, chat), ['x'])
    })
  })

  test('that takes no more connections is waited for, and said', async () => {
    const database = await server.database()
    await withStore({ url: database, timeoutMs: 3000 }, async (store) => {
      await admin.query('set global max_connections = 10')
      const others: Connection[] = []
      try {
        for (;;) others.push(await createConnection({ uri: database }))
      } catch {
        const error = await unavailable(store.open(), 'not-written')
        assert.match(error.message, /no more connections/)
      } finally {
        for (const other of others) await other.end()
        await admin.query('set global max_connections = 151')
      }
      await store.open()
    })
  })
})

describe('locks that others hold', () => {
  /** Locks the heads of a session as somebody else would. */
  async function holding<Value>(chat: ChatRef, tablePrefix: string, act: () => Promise<Value>): Promise<Value> {
    const other = await createConnection({ uri: url })
    await other.query('begin')
    const id = Buffer.from(chat.session.id.replaceAll('-', ''), 'hex')
    await other.query(`select * from ${tablePrefix}head where session_id = ? for update`, [id])
    try {
      return await act()
    } finally {
      await other.query('rollback')
      await other.end()
    }
  }

  test('are waited for; past the deadline a call is told that nothing was written', async () => {
    const group = storeGroup({ url })
    const patient = group.open()
    const [chat, free] = [await chatIn(patient), await chatIn(patient)]
    const store = group.open({ timeoutMs: 800 })
    await store.open()
    await holding(chat, group.tablePrefix, async () => {
      const calls = [
        unavailable(store.appendMessages(chat, [say('x')]), 'not-written'),
        unavailable(store.touchSession(chat.session), 'not-written'),
      ]
      assert.equal((await store.readMessages(chat, { limit: 1 })).lastSeq, 0)
      await Promise.all(calls)
    })
    await store.appendMessages(chat, [say('y')])
    await store.appendMessages(free, [say('z')])
    assert.deepEqual([await textsOf(store, chat), await textsOf(store, free)], [['y'], ['z']])
    await group.dispose()
  })

  test('longer than the server lets wait: the statement is tried again, and the call succeeds', async () => {
    const group = storeGroup({ url })
    const store = group.open({ timeoutMs: 10_000 })
    const chat = await chatIn(store)
    const held = holding(chat, group.tablePrefix, () => new Promise((resolve) => setTimeout(resolve, 2600)))
    await new Promise((resolve) => setTimeout(resolve, 50))
    await Promise.all([held, store.appendMessages(chat, [say('x')]), store.touchSession(chat.session)])
    assert.deepEqual(await textsOf(store, chat), ['x'])
    await group.dispose()
  }, 20_000)
})

describe('a call without an answer', () => {
  test('ends when its time is up: unknown only if the commit was under way', async () => {
    const between = await proxy(url)
    try {
      await withHastyStore({ url: between.url, timeoutMs: 600 }, async (store, chat) => {
        await store.touchSession(chat.session)
        between.blackHole('reply')
        const startedAt = performance.now()
        await Promise.all([
          unavailable(store.appendMessages(chat, [say('x')]), 'not-written'),
          unavailable(store.touchSession(chat.session), 'not-written'),
          unavailable(store.getSession(chat.session), 'not-written'),
        ])
        const elapsedMs = performance.now() - startedAt
        assert.ok(elapsedMs >= 590 && elapsedMs < 1500, `${elapsedMs} ms`)
        between.heal()
        between.reset()
        assert.equal((await store.readMessages(chat, { limit: 5 })).lastSeq, 0)
      })
    } finally {
      await between.close()
    }
  })

  test('can be given up by its signal at once', async () => {
    const between = await proxy(url)
    try {
      await withStore({ url: between.url, timeoutMs: 5000 }, async (store) => {
        const chat = await chatIn(store)
        between.blackHole('reply')
        const reason = new RangeError('enough')
        const acts: readonly ((signal: AbortSignal) => Promise<unknown>)[] = [
          (signal) => store.getSession(chat.session, { signal }),
          (signal) => store.touchSession(chat.session, { signal }),
          (signal) => store.appendMessages(chat, [say('x')], { signal }),
          (signal) => store.appendMessages(chat, [say('y')], { signal }),
        ]
        for (const act of acts) {
          const controller = new AbortController()
          const startedAt = performance.now()
          const call = act(controller.signal)
          setTimeout(() => controller.abort(reason), 20)
          await assert.rejects(call, (error) => error === reason)
          assert.ok(performance.now() - startedAt < 1000)
        }
        between.heal()
        between.reset()
      })
    } finally {
      await between.close()
    }
  })

  test('whose commit was lost is repeated, and answered as it would have been', async () => {
    const between = await proxy(url)
    try {
      await withStore({ url: between.url, timeoutMs: 5000 }, async (store) => {
        const chat = await chatIn(store)
        for (let round = 1; round <= 30; round++) {
          // Each cut is at another byte of the answers, so that all statements are hit sooner or later.
          between.cutAfter(round * 7)
          const { seqs, written } = await store.appendMessages(chat, [say(`${round}`)])
          assert.deepEqual([seqs, written], [[round], [true]])
        }
        assert.deepEqual(
          await textsOf(store, chat),
          Array.from({ length: 30 }, (_, index) => `${index + 1}`),
        )
      })
    } finally {
      await between.close()
    }
  })

  test('goes on over a kill and restart of the server: nothing acknowledged is lost, nothing is there twice', async () => {
    const own = await startMariadb()
    try {
      await withStore({ url: await own.database(), timeoutMs: 20_000 }, async (store) => {
        const chat = await chatIn(store)
        const acknowledged: string[] = []
        let isOver = false
        const writers = Array.from({ length: 8 }, async (_, writer) => {
          for (let count = 0; !isOver; count++) {
            const message = say(`${writer} ${count}`)
            await store.appendMessages(chat, [message])
            acknowledged.push(`${message.content}`)
          }
        })
        await new Promise((resolve) => setTimeout(resolve, 300))
        await own.kill()
        await own.restart()
        await new Promise((resolve) => setTimeout(resolve, 300))
        isOver = true
        await Promise.all(writers)
        const texts = await textsOf(store, chat)
        assert.equal(new Set(texts).size, texts.length)
        assert.deepEqual(new Set(texts), new Set(acknowledged))
        assert.equal((await store.stats(ada)).messages, texts.length)
        assert.equal((await store.stats({})).messages, texts.length)
      })
    } finally {
      await own.stop()
    }
  }, 60_000)

  test('does not keep a pool from its end, though the driver never says that its connection is gone', async () => {
    const between = await proxy(url)
    const source = new PoolSource(createPool({ uri: between.url, connectionLimit: 1 }), true)
    const connection = await source.acquire(newCall(undefined, 10_000))
    between.blackHole('reply')
    void connection.send({ sql: 'select 1', parameters: [] }).catch(() => {})
    const closing = source.close()
    // As when the time of its call is over.
    connection.destroy()
    await closing
    await between.close()
  })

  test('more appends than may wait are refused at once', async () => {
    const between = await proxy(url)
    await withHastyStore({ url: between.url, timeoutMs: 600 }, async (store, chat) => {
      between.blackHole('reply')
      const calls = Array.from({ length: 10_200 }, () => store.appendMessages(chat, []))
      const outcomes = await Promise.allSettled(calls)
      const refused = outcomes.filter(
        (outcome) => outcome.status === 'rejected' && /too many appends/.test(outcome.reason.cause?.message),
      )
      assert.ok(refused.length > 0 && refused.length <= 200, `${refused.length}`)
      assert.ok(outcomes.every(({ status }) => status === 'rejected'))
      between.heal()
      between.reset()
    })
    await between.close()
  })
})

describe('content', () => {
  test('a message of 20 MiB is TOO_LARGE for a server as it is installed, in one sentence, and nothing is written', async () => {
    await withStore({ url, timeoutMs: 20_000 }, async (store) => {
      const chat = await chatIn(store)
      const large = say('x'.repeat(20 * 1024 * 1024))
      const error: unknown = await store.appendMessages(chat, [say('small'), large]).catch((reason: unknown) => reason)
      assert.ok(isSessError(error, 'TOO_LARGE'), `${error}`)
      assert.match(error.message, /^messages\[1\] has \d+ bytes, the server takes \d+$/)
      assert.equal((await store.readMessages(chat, { limit: 1 })).lastSeq, 0)
      await store.appendMessages(chat, [say('after')])
      assert.deepEqual(await textsOf(store, chat), ['after'])
    })
  }, 60_000)

  test('a message of 16 MiB is kept, if the server takes packets of that size', async () => {
    const server = await startMariadb({ args: ['--max-allowed-packet=64M'] })
    try {
      await withStore({ url: await server.database(), timeoutMs: 20_000 }, async (store) => {
        const chat = await chatIn(store)
        const content = '😀'.repeat(4 * 1024 * 1024)
        await store.appendMessages(chat, [say('small'), say(content)])
        const { messages } = await store.readMessages(chat, { limit: 2 })
        assert.ok(messages[1]?.content === content)
        await store.appendMessages(chat, [{ ...messages[1], id: newId(), role: 'user', content: 'after' }])
      })
    } finally {
      await server.stop()
    }
  }, 60_000)
})
