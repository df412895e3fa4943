import assert from 'node:assert/strict'
import { isSessError, newChatId, newId, newSessionId, SessError } from '@sess/core'
import { askRedis, proxy, startRedis, startSentinel, type TestServer } from '@sess/test-servers'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RedisStore, type RedisStoreOptions } from '../src/index.ts'

let server: TestServer

beforeAll(async () => {
  server = await startRedis({ args: ['--user', 'ada', 'on', '>wonder', '~*', '+@all'] })
})

afterAll(() => server.stop())

const owner = { orgId: 'o', userId: 'u' }
const quotas = { store: null, org: null, user: null }

function made(data = {}) {
  const id = newSessionId(owner)
  return { id, owner, key: null, tags: [], data, expiry: { idleMs: 3_600_000, absoluteMs: null }, pendingMs: null }
}

async function withStore<Value>(
  options: RedisStoreOptions,
  act: (store: RedisStore) => Promise<Value>,
): Promise<Value> {
  const store = new RedisStore({ timeoutMs: 1000, ...options })
  try {
    return await act(store)
  } finally {
    await store.close()
  }
}

async function chatIn(store: RedisStore) {
  const session = made()
  await store.createSession(session, { quotas, ifKeyTaken: 'reject' })
  const chat = { id: newChatId(session.id), key: null, data: {}, maxMessages: null, overflow: 'reject' as const }
  await store.createChat(session, chat, { maxChats: null, ifKeyTaken: 'reject' })
  return { id: chat.id, session: { id: session.id, owner } }
}

async function unavailable(call: Promise<unknown>, outcome: 'not-written' | 'unknown'): Promise<SessError> {
  const [answer] = await Promise.allSettled([call])
  assert.equal(answer.status, 'rejected', 'the call succeeded')
  const error: unknown = answer.reason
  assert.ok(isSessError(error, 'STORE_UNAVAILABLE'), `${error}`)
  assert.equal(error.details.outcome, outcome, error.message)
  return error
}

describe('options', () => {
  const refusals: readonly (readonly [string, RedisStoreOptions])[] = [
    ['options', {}],
    ['options', { url: 'redis://localhost', cluster: ['redis://localhost'] }],
    ['url', { url: 'localhost' }],
    ['url', { url: 'http://:secret@localhost' }],
    ['cluster', { cluster: [] }],
    ['sentinels', { sentinels: [], masterName: 'm' }],
    ['masterName', { sentinels: ['redis://localhost'] }],
    ['keyPrefix', { url: 'redis://localhost', keyPrefix: 'a{b}' }],
    ['timeoutMs', { url: 'redis://localhost', timeoutMs: 0 }],
    ['graceMs', { url: 'redis://localhost', graceMs: 10 }],
    ['client', { url: 'redis://localhost', redisOptions: { keyPrefix: 'x' } }],
  ]

  test.each(refusals)('a wrong %s is INVALID_ARGUMENT, without what was given', (field, options) => {
    expect(() => new RedisStore(options)).toThrow(SessError)
    try {
      new RedisStore(options)
    } catch (error) {
      assert.ok(isSessError(error, 'INVALID_ARGUMENT'))
      assert.equal(error.details.field, field)
      assert.ok(!error.message.includes('secret'))
    }
  })

  test.each([{ keyPrefix: 'x:' }, { enableAutoPipelining: true }])('a client with %o is refused', async (options) => {
    const client = new Redis(server.url, { lazyConnect: true, ...options })
    expect(() => new RedisStore({ client })).toThrow(/client must/)
    client.disconnect()
  })

  test('a client that was handed in is used, and left open', async () => {
    const client = new Redis(server.url)
    await withStore({ client, keyPrefix: 'own:' }, (store) => chatIn(store))
    assert.equal(await client.ping(), 'PONG')
    client.disconnect()
  })

  test('a constructor connects to nothing', async () => {
    const before = await askRedis(server.port, 'INFO', 'stats')
    const store = new RedisStore({ url: server.url })
    await store.close()
    const connections = (info: unknown) => Number(/total_connections_received:(\d+)/.exec(`${info}`)?.[1])
    assert.equal(connections(await askRedis(server.port, 'INFO', 'stats')), connections(before) + 1)
  })
})

describe('a server that cannot be used', () => {
  test('that is not there: STORE_UNAVAILABLE, not-written, before long; health says so', async () => {
    await withStore({ url: 'redis://127.0.0.1:1', timeoutMs: 400 }, async (store) => {
      const startedAt = performance.now()
      await unavailable(store.open(), 'not-written')
      await unavailable(store.createSession(made(), { quotas, ifKeyTaken: 'reject' }), 'not-written')
      const chat = { id: newChatId(newSessionId(owner)), session: { id: newSessionId(owner), owner } }
      await unavailable(store.appendMessages(chat, []), 'not-written')
      assert.ok(performance.now() - startedAt < 3000)
      const { ok, problems } = await store.health()
      assert.deepEqual([ok, problems.length], [false, 1])
    })
  })

  test('whose password is another: at once, and without the password', async () => {
    const url = new URL(server.url)
    url.username = 'ada'
    url.password = 'not-wonder'
    await withStore({ url: url.href, timeoutMs: 5000 }, async (store) => {
      const startedAt = performance.now()
      const error = await unavailable(store.open(), 'not-written')
      assert.ok(performance.now() - startedAt < 2000)
      const text = `${error.message} ${error.stack} ${JSON.stringify(error)} ${JSON.stringify(error.cause)}`
      assert.ok(!text.includes('not-wonder'))
      assert.match(error.message, /password/)
    })
  })

  test('whose password is right', async () => {
    const url = new URL(server.url)
    url.username = 'ada'
    url.password = 'wonder'
    await withStore({ url: url.href }, (store) => store.open())
  })

  test('that is full: refused at once and as a whole; reading, deleting and sweeping go on', async () => {
    const small = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
    try {
      await withStore({ url: small.url, timeoutMs: 5000 }, async (store) => {
        const chat = await chatIn(store)
        await store.appendMessages(chat, [{ id: newId(), role: 'user', content: 'before' }])
        await askRedis(small.port, 'CONFIG', 'SET', 'maxmemory', '1')
        const startedAt = performance.now()
        const text = { id: newId(), role: 'user' as const, content: 'late' }
        await unavailable(store.appendMessages(chat, [text]), 'not-written')
        await unavailable(store.createSession(made(), { quotas, ifKeyTaken: 'reject' }), 'not-written')
        await unavailable(store.touchSession(chat.session), 'not-written')
        assert.ok(performance.now() - startedAt < 1000)
        assert.equal((await store.readMessages(chat, { limit: 5 })).lastSeq, 1)
        assert.match((await store.health()).problems.join(), /maxmemory/)
        assert.equal(await store.deleteSession(chat.session, { operationId: newId() }), true)
        assert.equal(await store.countSessions({}), 0)
      })
    } finally {
      await small.stop()
    }
  })

  test('that evicts keys: health says so', async () => {
    const evicting = await startRedis({ args: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'] })
    try {
      const { ok, problems } = await withStore({ url: evicting.url }, (store) => store.health())
      assert.equal(ok, true)
      assert.match(problems.join(), /maxmemory-policy is allkeys-lru.*noeviction/)
    } finally {
      await evicting.stop()
    }
  })

  test('that is a replica: health says so, and a write fails when its time is up', async () => {
    const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', `${server.port}`] })
    try {
      await withStore({ url: replica.url, timeoutMs: 600 }, async (store) => {
        const saysSo = async () => (await store.health()).problems.join().includes('is a replica')
        while (!(await saysSo())) await new Promise((resolve) => setImmediate(resolve))
        assert.equal((await store.health()).ok, false)
        await unavailable(store.createSession(made(), { quotas, ifKeyTaken: 'reject' }), 'not-written')
      })
    } finally {
      await replica.stop()
    }
  })

  test('that is part of a cluster: open says what is wrong', async () => {
    const node = await startRedis({ args: ['--cluster-enabled', 'yes'] })
    try {
      const error = await withStore({ url: node.url }, (store) => unavailable(store.open(), 'not-written'))
      assert.match(error.message, /cluster client/)
    } finally {
      await node.stop()
    }
  })
})

describe('a call without an answer', () => {
  test('is unknown when it was sent, and ends when its time is up', async () => {
    const between = await proxy(server.url)
    try {
      await withStore({ url: between.url, timeoutMs: 500 }, async (store) => {
        const chat = await chatIn(store)
        await store.appendMessages(chat, [{ id: newId(), role: 'user', content: 'the server knows the script' }])
        await store.touchSession(chat.session)
        between.blackHole('reply')
        const startedAt = performance.now()
        await Promise.all([
          unavailable(store.appendMessages(chat, [{ id: newId(), role: 'user', content: 'x' }]), 'unknown'),
          unavailable(store.touchSession(chat.session), 'unknown'),
          unavailable(store.getSession(chat.session), 'not-written'),
        ])
        const elapsedMs = performance.now() - startedAt
        assert.ok(elapsedMs >= 490 && elapsedMs < 1500, `${elapsedMs} ms`)
        between.heal()
        between.reset()
        assert.equal((await store.readMessages(chat, { limit: 5 })).lastSeq, 2)
      })
    } finally {
      await between.close()
    }
  })

  test('is never written later, if it was said not to be: no call waits in the driver', async () => {
    const between = await proxy(server.url)
    try {
      await withStore({ url: between.url, timeoutMs: 700 }, async (store) => {
        const chat = await chatIn(store)
        const sessions = await store.countSessions(owner)
        // The driver connects again, and waits for the answer to its greeting.
        const { connections } = between.counters
        between.blackHole('reply')
        between.reset()
        await expect.poll(() => between.counters.connections).toBe(connections + 1)
        const late = { id: newId(), role: 'user' as const, content: 'late' }
        await Promise.all([
          unavailable(store.appendMessages(chat, [late]), 'not-written'),
          unavailable(store.createSession(made(), { quotas, ifKeyTaken: 'reject' }), 'not-written'),
        ])
        between.heal()
        between.reset()
        await store.appendMessages(chat, [{ ...late, id: newId(), content: 'next' }])
        const { messages } = await store.readMessages(chat, { limit: 5 })
        assert.deepEqual(
          [messages.map(({ content }) => content), await store.countSessions(owner)],
          [['next'], sessions],
        )
      })
    } finally {
      await between.close()
    }
  })

  test('can be given up by its signal at once', async () => {
    const between = await proxy(server.url)
    try {
      await withStore({ url: between.url, timeoutMs: 5000 }, async (store) => {
        const chat = await chatIn(store)
        between.blackHole('reply')
        const reason = new RangeError('enough')
        for (const act of [
          (signal: AbortSignal) => store.getSession(chat.session, { signal }),
          (signal: AbortSignal) =>
            store.appendMessages(chat, [{ id: newId(), role: 'user', content: 'x' }], { signal }),
        ]) {
          const controller = new AbortController()
          const call = act(controller.signal)
          setTimeout(() => controller.abort(reason), 20)
          await assert.rejects(call, (error) => error === reason)
        }
        between.heal()
        between.reset()
      })
    } finally {
      await between.close()
    }
  })

  test('goes on over a restart of the server', async () => {
    const own = await startRedis({ durability: 'always' })
    try {
      await withStore({ url: own.url, timeoutMs: 5000 }, async (store) => {
        const chat = await chatIn(store)
        const sent = Array.from({ length: 200 }, (_, index) => ({
          id: newId(),
          role: 'user' as const,
          content: `${index}`,
        }))
        const appends = sent.map(async (message, index) => {
          if (index === 100) await own.restart()
          return store.appendMessages(chat, [message])
        })
        await Promise.all(appends)
        const { messages } = await store.readMessages(chat, { limit: 1000 })
        assert.equal(new Set(messages.map(({ id }) => id)).size, 200)
        assert.equal(messages.length, 200)
      })
    } finally {
      await own.stop()
    }
  })

  test('more calls than may wait are refused at once', async () => {
    await withStore({ url: server.url, maxInFlight: 5 }, async (store) => {
      await store.open()
      const calls = Array.from({ length: 8 }, () => store.findSession(newSessionId(owner)))
      const outcomes = await Promise.allSettled(calls)
      assert.deepEqual(outcomes.map(({ status }) => status).sort(), [
        ...new Array(5).fill('fulfilled'),
        ...new Array(3).fill('rejected'),
      ])
    })
  })
})

describe('content', () => {
  test('a message of 20 MiB is kept', async () => {
    await withStore({ url: server.url, timeoutMs: 10_000 }, async (store) => {
      const chat = await chatIn(store)
      const content = 'ä'.repeat(10 * 1024 * 1024)
      await store.appendMessages(chat, [
        { id: newId(), role: 'user', content: 'small' },
        { id: newId(), role: 'user', content },
      ])
      const { messages } = await store.readMessages(chat, { limit: 2 })
      assert.ok(messages[1]?.content === content)
    })
  })

  test('a key of a wrong type fails its own append, and no neighbour', async () => {
    await withStore({ url: server.url, keyPrefix: 'wrong:' }, async (store) => {
      const [broken, good] = [await chatIn(store), await chatIn(store)]
      await askRedis(server.port, 'SET', `wrong:{${broken.id.slice(-4)}}:m:${broken.id}`, 'no list')
      const say = () => [{ id: newId(), role: 'user' as const, content: 'x' }]
      const warm = store.appendMessages(good, say())
      const bad = store.appendMessages(broken, say())
      const next = store.appendMessages(good, say())
      await unavailable(bad, 'unknown')
      assert.deepEqual([(await warm).seqs, (await next).seqs], [[1], [2]])
    })
  })

  test('scripts that the server forgot are sent again', async () => {
    await withStore({ url: server.url }, async (store) => {
      const chat = await chatIn(store)
      for (let count = 1; count <= 3; count++) {
        await askRedis(server.port, 'SCRIPT', 'FLUSH')
        const { seqs } = await store.appendMessages(chat, [{ id: newId(), role: 'user', content: 'x' }])
        assert.deepEqual(seqs, [count])
      }
    })
  })
})

describe("durability 'replica'", () => {
  test('a write is answered when a replica has it, and fails while none answers', async () => {
    const group = await startSentinel()
    const options = { sentinels: group.sentinels.map(({ url }) => url), masterName: group.masterName }
    try {
      await withStore({ ...options, timeoutMs: 1500, durability: 'replica' }, async (store) => {
        const chat = await chatIn(store)
        await store.appendMessages(chat, [{ id: newId(), role: 'user', content: 'safe' }])
        const list = `sess:{${chat.id.slice(-4)}}:m:${chat.id}`
        assert.equal(await askRedis(group.replica.port, 'LLEN', list), 1)
        group.replica.pause()
        const late = [{ id: newId(), role: 'user' as const, content: 'not safe yet' }]
        await unavailable(store.appendMessages(chat, late), 'unknown')
        group.replica.resume()
        assert.deepEqual((await store.appendMessages(chat, late)).seqs, [2])
        assert.equal(await askRedis(group.replica.port, 'LLEN', list), 2)
      })
    } finally {
      group.replica.resume()
      await group.stop()
    }
  })
})
