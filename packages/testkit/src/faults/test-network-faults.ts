import assert from 'node:assert/strict'
import { afterAll, afterEach, beforeAll, test } from 'vitest'
import type { Load } from './load.ts'

/** A network that fails on command: the proxy of `@sess/test-servers`. */
export interface FaultyNetwork {
  readonly url: string
  readonly counters: { readonly droppedReplies: number }
  reset(): void
  refuse(): void
  blackHole(direction: 'request' | 'reply'): void
  delay(ms: number): void
  cutAfter(bytes: number, direction: 'request' | 'reply'): void
  dropNextReply(when: (request: Buffer) => boolean): void
  heal(): void
  close(): Promise<void>
}

export interface NetworkTestOptions {
  open(): Promise<FaultyNetwork>
  /** Has a store of this URL do its work while `strike` does its worst. */
  underLoad(url: string, strike: (load: Load) => Promise<void>): Promise<Load>
  /** How often a fault strikes. */
  readonly rounds: number
  /** The deadline of a call. */
  readonly timeoutMs: number
  /** Requests whose answers are lost, by name. */
  readonly requests: readonly string[]
}

/** Declares the tests in which the network between a store and its server fails. */
export function testNetworkFaults({ open, underLoad, rounds, timeoutMs, requests }: NetworkTestOptions): void {
  let between: FaultyNetwork
  beforeAll(async () => {
    between = await open()
  }, 60_000)
  afterAll(() => between?.close())
  afterEach(() => between.heal())

  const over = async (times: number, harm: (round: number) => void, work = 10) =>
    await underLoad(between.url, async (load) => {
      for (let round = 0; round < times * rounds; round++) {
        harm(round)
        await load.makesProgress(work)
      }
    })

  test('connections reset under load, over and over: nothing is lost or doubled', async () => {
    await over(15, () => between.reset())
  }, 60_000)

  for (const request of requests) {
    test(`the answer to ${request} lost after the server did it: nothing is doubled`, async () => {
      const before = between.counters.droppedReplies
      await over(
        15,
        () => between.dropNextReply((bytes) => bytes.toString('latin1').toLowerCase().includes(request)),
        20,
      )
      assert.ok(between.counters.droppedReplies >= before + 15 * rounds, 'answers were lost')
    }, 60_000)
  }

  test('answers cut half-way: nothing is lost or doubled', async () => {
    await over(15, (round) => between.cutAfter(1 + ((round * 37) % 200), 'reply'))
  }, 60_000)

  test('requests cut half-way: nothing is half-written', async () => {
    await over(15, (round) => between.cutAfter(1 + ((round * 53) % 400), 'request'))
  }, 60_000)

  for (const direction of ['request', 'reply'] as const) {
    test(`a black hole for every ${direction}: calls fail in time and truly, and go on when it has closed`, async () => {
      const { ledger } = await underLoad(between.url, async (load) => {
        for (let round = 0; round < rounds; round++) {
          between.blackHole(direction)
          await load.meetsFailures(5)
          between.heal()
          between.reset()
          await load.makesProgress()
        }
      })
      assert.ok(ledger.failures.some(({ code }) => code === 'STORE_UNAVAILABLE'))
    }, 60_000)
  }

  test('a server that cannot be connected to: what was never sent is not written', async () => {
    const { ledger } = await underLoad(between.url, async (load) => {
      between.refuse()
      between.reset()
      // Those that were under way when it broke may be unknown; the ones after them were not sent.
      await load.meetsFailures(30)
      between.heal()
    })
    assert.ok(ledger.failures.some(({ outcome }) => outcome === 'not-written'))
  }, 60_000)

  test('a slow network, slower than the deadline now and then: the outcome is true', async () => {
    await underLoad(between.url, async (load) => {
      between.delay(20)
      await load.makesProgress(30)
      between.delay(timeoutMs * 0.7)
      await load.meetsFailures(3)
      between.heal()
    })
  }, 60_000)
}
