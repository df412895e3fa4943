import assert from 'node:assert/strict'
import { isSessError } from '@sess/core'
import { until } from '@sess/testkit'
import { test } from 'vitest'
import { chatIn, say, textsOf } from '../stores.ts'
import { onEachServer, rounds, underLoad } from './under-load.ts'

onEachServer(({ server, admin }) => {
  const connectionsOf = async (url: string): Promise<readonly unknown[]> => {
    const { username } = new URL(url)
    return (await admin('show processlist')).filter((row) => row['User'] === username).map((row) => row['Id'])
  }
  const killConnections = async (url: string): Promise<void> => {
    // One that went by itself meanwhile is as good.
    for (const id of await connectionsOf(url)) await admin(`kill ${id}`).catch(() => {})
  }

  test('killed under load and started again: nothing acknowledged is lost, doubled or out of order', async () => {
    await underLoad({ url: await server().database() }, async ({ load }) => {
      for (let round = 0; round < rounds; round++) {
        await server().kill()
        await load.meetsFailures()
        await server().restart()
        await load.makesProgress(50, 40_000)
      }
    })
  }, 180_000)

  test('restarted with a clean shutdown under load: the same', async () => {
    await underLoad({ url: await server().database() }, async ({ load }) => {
      for (let round = 0; round < rounds; round++) {
        await server().restart()
        await load.makesProgress(20, 40_000)
      }
    })
  }, 180_000)

  test('stopped for longer than the deadline: calls fail in time, and what had gone out is done once', async () => {
    const { ledger } = await underLoad({ url: await server().database() }, async ({ load }) => {
      for (let round = 0; round < rounds; round++) {
        server().pause()
        try {
          await load.meetsFailures(5)
        } finally {
          server().resume()
        }
        await load.makesProgress(50, 40_000)
      }
    })
    assert.ok(ledger.failures.some(({ code }) => code === 'STORE_UNAVAILABLE'))
  }, 120_000)

  test('connections killed by the server over and over: nothing is lost or doubled', async () => {
    const url = await server().database()
    await underLoad({ url }, async ({ load }) => {
      for (let round = 0; round < 10 * rounds; round++) {
        await killConnections(url)
        await load.makesProgress(10)
      }
    })
  }, 120_000)

  test('idle connections that the server ended: the next call does not notice', async () => {
    await admin('set global wait_timeout = 1')
    try {
      const url = await server().database()
      await underLoad(
        { url },
        async ({ load, store }) => {
          await load.stop()
          await until('the server to end them', async () => (await connectionsOf(url)).length === 0)
          assert.ok((await store.countSessions({ ...load.owner })) > 0)
        },
        { resumes: false },
      )
    } finally {
      await admin('set global wait_timeout = 28800')
    }
  }, 60_000)

  test('read-only under load, as before a failover: nothing is written meanwhile, and reading goes on', async () => {
    const { ledger } = await underLoad({ url: await server().database() }, async ({ load, store }) => {
      for (let round = 0; round < rounds; round++) {
        await admin('set global read_only = on')
        await load.meetsFailures(3)
        const [entry] = load.ledger.sent.values()
        assert.ok(entry && (await store.readMessages(entry.chat, { limit: 5 })).messages.length > 0)
        await admin('set global read_only = off')
        await load.makesProgress()
      }
    })
    const refused = ledger.failures.filter(({ code }) => code === 'STORE_UNAVAILABLE')
    // A commit that the switch held up until its time was over may have landed; the ledger knows whether it did.
    const outcomes = new Set(refused.map(({ outcome }) => outcome))
    assert.ok(outcomes.delete('not-written'))
    outcomes.delete('unknown')
    assert.deepEqual(outcomes, new Set())
  }, 90_000)

  test('packets limited to less than before: what fits is written, what does not is refused, and each is told', async () => {
    const url = await server().database()
    const limitTo = async (bytes: number): Promise<void> => {
      await admin(`set global max_allowed_packet = ${bytes}`)
      // Connections keep the limit they began with.
      await killConnections(url)
    }
    await admin('set global max_allowed_packet = 16777216')
    await underLoad({ url, timeoutMs: 20_000 }, async ({ load, store }) => {
      const chat = await chatIn(store)
      const half = 'x'.repeat(500_000)
      await limitTo(1_048_576)
      // Together they are far more than the server takes, and each of them is not.
      const fitting = await Promise.allSettled(
        Array.from({ length: 8 }, (_, index) => store.appendMessages(chat, [say(`${index} ${half}`)])),
      )
      assert.deepEqual(
        fitting.map((result) => (result.status === 'fulfilled' ? result.value.seqs : result.reason)),
        fitting.map((_, index) => [index + 1]),
      )
      const tooLarge = say(half.repeat(3))
      await assert.rejects(store.appendMessages(chat, [tooLarge]), (error) => {
        // The store asked for the limit when it was opened, so it is the server that refuses.
        assert.ok(isSessError(error, 'STORE_UNAVAILABLE'))
        assert.match(error.message, /max_allowed_packet/)
        return error.details.outcome === 'not-written'
      })
      await load.makesProgress()
      await limitTo(16_777_216)
      assert.deepEqual((await store.appendMessages(chat, [tooLarge])).seqs, [9])
      assert.equal((await textsOf(store, chat)).length, 9)
    })
  }, 120_000)
})
