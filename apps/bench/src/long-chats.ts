import type { ChatRef, Store } from '@sess/core'
import { median } from './measure.ts'
import { makeChat, textMessages } from './samples.ts'
import { fill } from './stores/open-chats.ts'

export interface LengthEffort {
  /** Pairs of chats. */
  readonly chats: number
  /** @default 10_000 */
  readonly late?: number
  /** Messages of one append while a chat grows, unmeasured. @default 1 */
  readonly fillBatch?: number
}

/** Width of the windows that are timed: one append is too short for the clock. */
const window = 100
const early = 100

export interface LengthCost {
  readonly earlyNs: number
  readonly lateNs: number
  readonly ratio: number
}

/**
 * What append number 10,000 costs, against number 100. Two chats grow side by side and a window of each is timed in turns,
 * so that both see the same machine, the same heap and the same warm code.
 */
export async function costOfLength(newStore: () => Store, effort: LengthEffort): Promise<LengthCost> {
  const { chats, late = 10_000, fillBatch = 1 } = effort
  const earlyTimes: number[] = []
  const lateTimes: number[] = []
  for (let count = 0; count < chats; count++) {
    const store = newStore()
    const long = await makeChat(store)
    const short = await makeChat(store)
    await fill(store, long, late - window / 2, fillBatch)
    await fill(store, short, early - window / 2, fillBatch)
    const turns = [
      async () => earlyTimes.push(await timeWindow(store, short)),
      async () => lateTimes.push(await timeWindow(store, long)),
    ]
    for (const turn of count % 2 === 0 ? turns : turns.reverse()) await turn()
  }
  // The first quarter warms up.
  const from = Math.floor(chats / 4)
  const pairs = earlyTimes.slice(from).map((time, index) => (lateTimes[from + index] ?? NaN) / time)
  return { earlyNs: median(earlyTimes.slice(from)), lateNs: median(lateTimes.slice(from)), ratio: median(pairs) }
}

/** Its messages are made just before, as they would come: old ones would have to be fetched from slow memory first. */
async function timeWindow(store: Store, chat: ChatRef): Promise<number> {
  const messages = textMessages(window)
  const before = process.hrtime.bigint()
  for (const message of messages) await store.appendMessages(chat, [message])
  return Number(process.hrtime.bigint() - before) / messages.length
}
