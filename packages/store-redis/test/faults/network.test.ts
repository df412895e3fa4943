import assert from 'node:assert/strict'
import { proxy, startRedis, type TcpProxy, type TestServer } from '@sess/test-servers'
import { afterAll, afterEach, beforeAll, test } from 'vitest'
import { rounds, underLoad } from './under-load.ts'

let redis: TestServer
let between: TcpProxy

beforeAll(async () => {
  redis = await startRedis()
  between = await proxy(redis.url)
}, 60_000)
afterAll(async () => {
  await between?.close()
  await redis?.stop()
})
afterEach(() => between.heal())

test('connections reset under load, over and over: nothing is lost or doubled', async () => {
  await underLoad({ url: between.url }, async ({ load }) => {
    for (let round = 0; round < 15 * rounds; round++) {
      between.reset()
      await load.makesProgress(10)
    }
  })
}, 60_000)

test('answers lost after the server did what it was asked: nothing is doubled', async () => {
  await underLoad({ url: between.url }, async ({ load }) => {
    for (let round = 0; round < 25 * rounds; round++) {
      const { droppedReplies } = between.counters
      between.dropNextReply((request) => request.includes('evalsha'))
      await load.makesProgress(10)
      assert.ok(between.counters.droppedReplies > droppedReplies, 'an answer was lost')
    }
  })
}, 60_000)

test('answers cut half-way: nothing is lost or doubled', async () => {
  await underLoad({ url: between.url }, async ({ load }) => {
    for (let round = 0; round < 15 * rounds; round++) {
      between.cutAfter(1 + ((round * 37) % 200))
      await load.makesProgress(10)
    }
  })
}, 60_000)

test('requests cut half-way: nothing is half-written', async () => {
  await underLoad({ url: between.url }, async ({ load }) => {
    for (let round = 0; round < 15 * rounds; round++) {
      between.cutAfter(1 + ((round * 53) % 400), 'request')
      await load.makesProgress(10)
    }
  })
}, 60_000)

for (const direction of ['request', 'reply'] as const) {
  test(`a black hole for every ${direction}: calls fail in time and truly, and go on when it has closed`, async () => {
    const { ledger } = await underLoad({ url: between.url }, async ({ load }) => {
      for (let round = 0; round < rounds; round++) {
        between.blackHole(direction)
        await load.meetsFailures(5)
        between.heal()
        between.reset()
        await load.makesProgress()
      }
    })
    assert.ok(ledger.failures.some(({ outcome }) => outcome === 'unknown'))
  }, 60_000)
}

test('a server that cannot be connected to: what was never sent is not written', async () => {
  const { ledger } = await underLoad({ url: between.url }, async ({ load }) => {
    between.refuse()
    between.reset()
    // Those that were under way when it broke are unknown; the ones after them were not sent.
    await load.meetsFailures(30)
    between.heal()
  })
  const last = ledger.failures.slice(-5).filter(({ code }) => code === 'STORE_UNAVAILABLE')
  assert.ok(last.length === 0 || last.some(({ outcome }) => outcome === 'not-written'))
}, 60_000)

test('a slow network, slower than the deadline now and then: the outcome is true', async () => {
  await underLoad({ url: between.url }, async ({ load }) => {
    between.delay(40)
    await load.makesProgress(30)
    between.delay(1_000)
    await load.meetsFailures(5)
    between.heal()
  })
}, 60_000)
