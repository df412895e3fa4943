import type { ChatRef, Store } from '@sess/core'
import { median } from './measure.ts'
import { makeChat, textMessages } from './samples.ts'

/** Width of the windows that are timed: one append is too short for the clock. */
const window = 100
const early = 100
const late = 10_000

export interface LengthCost {
  readonly earlyNs: number
  readonly lateNs: number
  readonly ratio: number
}

/**
 * What append number 10,000 costs, against number 100. Two chats grow side by side and a window of each is timed in turns,
 * so that both see the same machine, the same heap and the same warm code.
 */
export async function costOfLength(newStore: () => Store, chats = 60): Promise<LengthCost> {
  const history = textMessages(late)
  const earlyTimes: number[] = []
  const lateTimes: number[] = []
  for (let count = 0; count < chats; count++) {
    const store = newStore()
    const long = await makeChat(store)
    const short = await makeChat(store)
    for (const message of history.slice(0, late - window / 2)) await store.appendMessages(long, [message])
    for (const message of history.slice(0, early - window / 2)) await store.appendMessages(short, [message])
    const turns = [
      async () => earlyTimes.push(await timeWindow(store, short)),
      async () => lateTimes.push(await timeWindow(store, long)),
    ]
    for (const turn of count % 2 === 0 ? turns : turns.reverse()) await turn()
  }
  // The first quarter warms up.
  const from = Math.ceil(chats / 4)
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
