import assert from 'node:assert/strict'
import { isSessError } from '@sess/core'
import { askRedis, startRedis, type TestServer } from '@sess/test-servers'
import { until } from '@sess/testkit'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { storeGroup } from '../stores.ts'
import { rounds, underLoad } from './under-load.ts'

let redis: TestServer
const ask = (...command: readonly string[]) => askRedis(redis.port, ...command)

beforeAll(async () => {
  redis = await startRedis({ durability: 'always' })
}, 60_000)
afterAll(() => redis?.stop())

describe('a Redis that syncs its file before it answers', () => {
  test('killed under load and started again: nothing acknowledged is lost, doubled or out of order', async () => {
    await underLoad({ url: redis.url }, async ({ load }) => {
      for (let round = 0; round < rounds; round++) {
        await redis.kill()
        await load.meetsFailures()
        await redis.restart()
        await load.makesProgress()
      }
    })
  }, 60_000)

  test('restarted with a clean shutdown under load: the same', async () => {
    await underLoad({ url: redis.url }, async () => {
      for (let round = 0; round < rounds; round++) await redis.restart()
    })
  }, 60_000)

  test('stopped for longer than the deadline: calls fail in time, and what had gone out is done once', async () => {
    await underLoad({ url: redis.url }, async ({ load }) => {
      for (let round = 0; round < rounds; round++) {
        redis.pause()
        try {
          await load.meetsFailures(5)
        } finally {
          redis.resume()
        }
        await load.makesProgress()
      }
      const outcomes = new Set(load.ledger.failures.map(({ outcome }) => outcome))
      assert.ok(outcomes.has('unknown'), 'what was sent and not answered is unknown')
    })
  }, 60_000)

  test('a Redis busy with somebody else’s script: calls wait or fail in time, and go on when it is ended', async () => {
    await ask('CONFIG', 'SET', 'busy-reply-threshold', '100')
    await underLoad({ url: redis.url }, async ({ load }) => {
      const endless = ask('EVAL', 'while true do end', '0').catch(() => {})
      await load.meetsFailures(3)
      await ask('SCRIPT', 'KILL')
      await endless
    })
  }, 60_000)

  test('connections killed by the server over and over: nothing is lost or doubled', async () => {
    await underLoad({ url: redis.url }, async ({ load }) => {
      for (let round = 0; round < 10 * rounds; round++) {
        await ask('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
        await load.makesProgress(5)
      }
    })
  }, 60_000)

  test('scripts flushed over and over: nobody notices', async () => {
    const { ledger } = await underLoad({ url: redis.url }, async ({ load }) => {
      for (let round = 0; round < 20 * rounds; round++) {
        await ask('SCRIPT', 'FLUSH')
        await load.makesProgress(5)
      }
    })
    assert.deepEqual(
      ledger.failures.filter(({ code }) => code === 'STORE_UNAVAILABLE'),
      [],
    )
  }, 60_000)

  test('clients paused by an operator: calls fail in time, and what was held back is done once', async () => {
    await underLoad({ url: redis.url }, async ({ load }) => {
      await ask('CLIENT', 'PAUSE', '2500', 'WRITE')
      await load.meetsFailures(3)
    })
  }, 60_000)

  test('more calls than may be in flight: the rest is refused at once, not written', async () => {
    const { ledger } = await underLoad({ url: redis.url, maxInFlight: 4 }, async ({ load }) => {
      await load.meetsFailures(20)
    })
    const refused = ledger.failures.filter(({ code }) => code === 'STORE_UNAVAILABLE')
    assert.ok(refused.length > 0)
    assert.deepEqual(new Set(refused.map(({ outcome }) => outcome)), new Set(['not-written']))
  }, 60_000)

  test('emptied under load: what was there is not found, and new sessions can be made', async () => {
    await underLoad(
      { url: redis.url },
      async ({ load, store }) => {
        await ask('FLUSHALL')
        await load.meetsFailures(10)
        const codes = new Set(load.ledger.failures.slice(-5).map(({ code }) => code))
        for (const code of codes) assert.ok(['CHAT_NOT_FOUND', 'SESSION_NOT_FOUND'].includes(code), code)
        // The session of the load is gone, so another load has to show that the store works.
        await underLoad({ url: redis.url }, async (again) => await again.load.makesProgress())
        assert.equal((await store.health()).ok, true)
      },
      { resumes: false, verify: { lossless: false, alsoAnswered: ['CHAT_NOT_FOUND', 'SESSION_NOT_FOUND'] } },
    )
  }, 60_000)
})

describe('a Redis that is full', () => {
  test('maxmemory reached: writes are refused whole, reads and removals go on, and with room work goes on', async () => {
    const full = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
    try {
      const { ledger } = await underLoad({ url: full.url }, async ({ load, store }) => {
        for (let round = 0; round < rounds; round++) {
          await askRedis(full.port, 'CONFIG', 'SET', 'maxmemory', '1mb')
          await load.meetsFailures(20)
          const [entry] = load.ledger.sent.values()
          assert.ok(entry)
          assert.ok((await store.readMessages(entry.chat, { limit: 10 })).messages.length > 0)
          assert.ok((await store.health()).problems.some((problem) => problem.includes('maxmemory')))
          await askRedis(full.port, 'CONFIG', 'SET', 'maxmemory', '0')
          await load.makesProgress()
        }
      })
      const refused = ledger.failures.filter(({ call, code }) => code === 'STORE_UNAVAILABLE' && call === 'append')
      assert.ok(refused.length > 0)
      assert.deepEqual(new Set(refused.map(({ outcome }) => outcome)), new Set(['not-written']))
    } finally {
      await full.stop()
    }
  }, 60_000)

  test('removing a session is possible when nothing can be written', async () => {
    const full = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
    try {
      await underLoad({ url: full.url }, async ({ load, store }) => {
        await askRedis(full.port, 'CONFIG', 'SET', 'maxmemory', '1mb')
        await load.meetsFailures(5)
        // The first one is what the load stands on; the next is one that it leaves alone.
        const [, id = ''] = load.ledger.sessions
        load.ledger.sessions.delete(id)
        assert.equal(await store.deleteSession({ id, owner: load.owner }, { operationId: 'gone' }), true)
        load.ledger.removed.add(id)
        await askRedis(full.port, 'CONFIG', 'SET', 'maxmemory', '0')
      })
    } finally {
      await full.stop()
    }
  }, 60_000)

  test('too few replicas for what the server asks for: writes are refused, not written, and go on when it asks for none', async () => {
    const server = await startRedis()
    try {
      const { ledger } = await underLoad({ url: server.url }, async ({ load }) => {
        await askRedis(server.port, 'CONFIG', 'SET', 'min-replicas-to-write', '1')
        await load.meetsFailures(5)
        await askRedis(server.port, 'CONFIG', 'SET', 'min-replicas-to-write', '0')
      })
      const refused = ledger.failures.filter(({ code }) => code === 'STORE_UNAVAILABLE')
      assert.deepEqual(new Set(refused.map(({ outcome }) => outcome)), new Set(['not-written']))
    } finally {
      await server.stop()
    }
  }, 60_000)
})

describe('a replica', () => {
  test('a master that becomes a replica and a master again: writes are not written meanwhile', async () => {
    const { ledger } = await underLoad({ url: redis.url }, async ({ load }) => {
      // A replica of a server that does not answer keeps its data, and takes no writes.
      await ask('REPLICAOF', '127.0.0.1', '1')
      await load.meetsFailures(5)
      await ask('REPLICAOF', 'NO', 'ONE')
      await until('the master', async () => `${await ask('ROLE')}`.startsWith('master'))
    })
    // READONLY makes the driver connect anew, and what is refused after that may be unknown. What is said is held to be true.
    assert.ok(ledger.failures.some(({ code }) => code === 'STORE_UNAVAILABLE'))
  }, 60_000)
})

test('a server that is down when the store is made: calls fail in time, and work once it is up', async () => {
  const server = await startRedis()
  await server.kill()
  const group = storeGroup({ url: server.url, timeoutMs: 500 })
  const store = group.open()
  try {
    await assert.rejects(store.countSessions({}), (error) => isSessError(error, 'STORE_UNAVAILABLE'))
    assert.equal((await store.health()).ok, false)
    await server.restart()
    await until('the store to connect', async () => (await store.countSessions({})) === 0)
    assert.equal((await store.health()).ok, true)
  } finally {
    await group.dispose()
    await server.stop()
  }
}, 30_000)
