import { closedLoop } from '../closed-loop.ts'
import type { Effort } from '../effort.ts'
import { costOfLength } from '../long-chats.ts'
import { compare, type Result } from '../measure.ts'
import { type Finding, latencyFinding, speedFinding } from '../report/finding.ts'
import { micros } from '../report/table.ts'
import { makeChat } from '../samples.ts'
import { fill, type OpenChatOptions, openChats } from '../stores/open-chats.ts'
import { appendRounds, readRounds } from '../stores/store-rounds.ts'
import { fillLog, insertRounds, makeMessageTable, selectRounds } from './mysql-floors.ts'
import type { MysqlPlace } from './mysql-place.ts'

const insert = 'INSERT, autocommit'
const select = 'SELECT + parse'
/** What shared commits should bring: MariaDB commits faster alone, as it keeps no binary log. */
const appendGoals = { MariaDB: { 64: 1.3, 256: 2 }, MySQL: { 64: 2.5, 256: 3.7 } } as const
/** Full chats that trim: what "in full" means, with the fence of a running turn. */
const inFull = { maxMessages: 100, history: 100, fenced: true }

/** Appends by many callers at once, by one, and all to one chat. */
export async function* appendRows(place: MysqlPlace, effort: Effort): AsyncGenerator<Finding, void, undefined> {
  const { store, prefix } = await place.openStore()
  await makeMessageTable(place.pool, prefix)
  const against = async (options: OpenChatOptions, callers: number, chats: number): Promise<Result[]> => {
    const load = effort.load(callers === 1 ? 400 : 3000, callers)
    const open = await place.unflushed(() => openChats(store, chats, options))
    const floor = insertRounds(insert, place.pool, prefix, load)
    return await compare([floor, appendRounds('sess', store, open, load)], {
      rounds: effort.rounds,
      operations: load.operations,
      meter: place.meter,
    })
  }
  const chats = effort.size(64)
  for (const callers of [64, 256] as const) {
    const results = await against(inFull, callers, effort.size(callers))
    yield speedFinding(`append in full, ${callers} callers`, results, 'sess', insert, {
      atLeast: appendGoals[place.kind][callers],
    })
  }
  const unlimited = await against({ fenced: true }, 64, chats)
  yield speedFinding('append fenced, no limit, 64 callers', unlimited, 'sess', insert, null)
  const alone = await against(inFull, 1, chats)
  yield latencyFinding('append in full, alone: p50', alone, 'sess', insert, { atMost: 2 })
  const hot = await against(inFull, 64, 1)
  yield speedFinding('append in full, 64 callers to one chat', hot, 'sess', insert, { atLeast: 3 })
}

export async function lengthRow(place: MysqlPlace, effort: Effort): Promise<Finding> {
  const { store } = await place.openStore()
  const late = effort.size(10_000)
  const { ratio, earlyNs, lateNs } = await costOfLength(() => store, { chats: effort.rounds, late, fillBatch: 100 })
  const against = `number 100 (${micros(earlyNs)} µs)`
  return { what: `append number ${late} (${micros(lateNs)} µs)`, against, goal: { atMost: 1.1 }, measured: ratio }
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
