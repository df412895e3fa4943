import { closedLoop } from '../closed-loop.ts'
import type { Effort } from '../effort.ts'
import { costOfLength } from '../long-chats.ts'
import { compare } from '../measure.ts'
import { type Finding, speedFinding } from '../report/finding.ts'
import { micros } from '../report/table.ts'
import { makeChat } from '../samples.ts'
import { fill } from '../stores/open-chats.ts'
import { readRounds } from '../stores/store-rounds.ts'
import { fillLog, makeMessageTable, selectRounds } from './mysql-floors.ts'
import type { MysqlPlace } from './mysql-place.ts'

const select = 'SELECT + parse'

/** Append number 10,000 against number 100. */
export async function* lengthRow(place: MysqlPlace, effort: Effort): AsyncGenerator<Finding, void, undefined> {
  const { store } = await place.openStore()
  const late = effort.size(10_000)
  const { ratio, earlyNs, lateNs } = await costOfLength(() => store, { chats: effort.rounds, late, fillBatch: 100 })
  const against = `number 100 (${micros(earlyNs)} µs)`
  yield { what: `append number ${late} (${micros(lateNs)} µs)`, against, goal: { atMost: 1.1 }, measured: ratio }
}

/** The newest 50 of long chats and of very long ones. */
export async function* readRows(place: MysqlPlace, effort: Effort): AsyncGenerator<Finding, void, undefined> {
  const { store, prefix } = await place.openStore()
  const lengths = [effort.size(10_000), effort.size(100_000)]
  const open = await place.unflushed(async () => {
    await makeMessageTable(place.pool, prefix)
    const made: {
      readonly length: number
      readonly chat: Awaited<ReturnType<typeof makeChat>>
      readonly log: Buffer
    }[] = []
    await closedLoop({ operations: lengths.length, concurrency: 1 }, async (index) => {
      const length = lengths[index] ?? 0
      const chat = await makeChat(store)
      await fill(store, chat, length)
      made.push({ length, chat, log: await fillLog(place.pool, prefix, length) })
    })
    return made
  })
  for (const callers of [16, 1]) {
    const load = effort.load(callers === 1 ? 500 : 2000, callers)
    const contestants = open.flatMap(({ length, chat, log }) => [
      selectRounds(`${select} of ${length}`, place.pool, prefix, log, load),
      readRounds(`sess of ${length}`, store, chat, load),
    ])
    const { rounds } = effort
    const results = await compare(contestants, { rounds, operations: load.operations, meter: place.meter })
    const how = callers === 1 ? 'alone' : `${callers} callers`
    for (const { length } of open) {
      const [own, other] = [`sess of ${length}`, `${select} of ${length}`]
      yield speedFinding(`read the last 50 of ${length}, ${how}`, results, own, other, { atLeast: 0.9 })
    }
  }
}
