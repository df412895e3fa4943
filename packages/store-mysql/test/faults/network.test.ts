import assert from 'node:assert/strict'
import { proxy, sharedDatabase, type TcpProxy } from '@sess/test-servers'
import { afterAll, afterEach, beforeAll, inject, test } from 'vitest'
import { rounds, underLoad } from './under-load.ts'

let between: TcpProxy

beforeAll(async () => {
  between = await proxy(await sharedDatabase(inject('testServers')))
}, 60_000)
afterAll(() => between?.close())
afterEach(() => between.heal())

test('connections reset under load, over and over: nothing is lost or doubled', async () => {
  await underLoad({ url: between.url }, async ({ load }) => {
    for (let round = 0; round < 15 * rounds; round++) {
      between.reset()
      await load.makesProgress(10)
    }
  })
}, 60_000)

for (const statement of ['COMMIT', 'insert into']) {
  test(`the answer to ${statement} lost after the server did it: nothing is doubled`, async () => {
    await underLoad({ url: between.url }, async ({ load }) => {
      const pattern = new RegExp(statement, 'i')
      for (let round = 0; round < 15 * rounds; round++) {
        const { droppedReplies } = between.counters
        between.dropNextReply((request) => pattern.test(request.toString('latin1')))
        await load.makesProgress(20)
        assert.ok(between.counters.droppedReplies > droppedReplies, 'an answer was lost')
      }
    })
  }, 60_000)
}

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
    await underLoad({ url: between.url }, async ({ load }) => {
      for (let round = 0; round < rounds; round++) {
        between.blackHole(direction)
        await load.meetsFailures(5)
        between.heal()
        between.reset()
        await load.makesProgress()
      }
    })
  }, 60_000)
}

test('a server that cannot be connected to: what was never sent is not written', async () => {
  const { ledger } = await underLoad({ url: between.url }, async ({ load }) => {
    between.refuse()
    between.reset()
    await load.meetsFailures(12)
    between.heal()
  })
  assert.ok(ledger.failures.some(({ outcome }) => outcome === 'not-written'))
}, 60_000)

test('a slow network, slower than the deadline now and then: the outcome is true', async () => {
  await underLoad({ url: between.url }, async ({ load }) => {
    between.delay(20)
    await load.makesProgress(30)
    between.delay(1_500)
    await load.meetsFailures(3)
    between.heal()
  })
}, 60_000)
