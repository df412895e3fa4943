import type { Effort } from '../effort.ts'
import { costOfLength } from '../long-chats.ts'
import { compare } from '../measure.ts'
import { type Finding, latencyFinding, speedFinding } from '../report/finding.ts'
import { micros } from '../report/table.ts'
import { makeChat } from '../samples.ts'
import { fill, openChats } from '../stores/open-chats.ts'
import { appendRounds, readRounds } from '../stores/store-rounds.ts'
import { fillList, pushRounds, rangeRounds } from './redis-floors.ts'
import type { RedisPlace } from './redis-place.ts'

const push = 'RPUSH'
const range = 'LRANGE + parse'
/** Full chats that trim: what "in full" means, with the fence of a running turn. */
const inFull = { maxMessages: 100, history: 100, fenced: true }

/** Appends by many callers at once, and by one. */
export async function* appendRows(place: RedisPlace, effort: Effort): AsyncGenerator<Finding, void, undefined> {
  for (const [kind, options] of [
    ['in full', inFull],
    ['fenced, no limit', { fenced: true }],
  ] as const) {
    const [amongMany, alone] = [`append ${kind}, 64 callers`, `append ${kind}, alone: p50`]
    if (effort.wants(amongMany)) {
      const results = await pushAgainst(place, effort, options, 64)
      yield speedFinding(amongMany, results, 'sess', push, kind === 'in full' ? { atLeast: 1 } : null)
    }
    if (effort.wants(alone)) {
      const results = await pushAgainst(place, effort, options, 1)
      yield latencyFinding(alone, results, 'sess', push, kind === 'in full' ? { atMost: 1.5 } : null)
    }
  }
}

/** Appends in full by many callers, for a server that keeps a log. */
export async function loggedAppendRow(place: RedisPlace, effort: Effort, log: string): Promise<Finding> {
  const results = await pushAgainst(place, effort, inFull, 64)
  return speedFinding(`append in full, 64 callers, appendfsync ${log}`, results, 'sess', push, { atLeast: 1 })
}

async function pushAgainst(
  place: RedisPlace,
  effort: Effort,
  options: Parameters<typeof openChats>[2],
  concurrency: number,
): ReturnType<typeof compare> {
  const store = place.newStore()
  const load = effort.load(concurrency === 1 ? 2000 : 15_000, concurrency)
  const open = await openChats(store, effort.size(64), options)
  return await compare([pushRounds(push, place.client, load), appendRounds('sess', store, open, load)], {
    rounds: effort.rounds,
    operations: load.operations,
    meter: place.meter,
  })
}

export async function lengthRow(place: RedisPlace, effort: Effort): Promise<Finding> {
  const store = place.newStore()
  const late = effort.size(10_000)
  const { ratio, earlyNs, lateNs } = await costOfLength(() => store, { chats: effort.rounds * 2, late, fillBatch: 100 })
  const against = `number 100 (${micros(earlyNs)} µs)`
  return { what: `append number ${late} (${micros(lateNs)} µs)`, against, goal: { atMost: 1.1 }, measured: ratio }
}

/** The newest 50 of long chats and of very long ones. */
export async function* readRows(place: RedisPlace, effort: Effort): AsyncGenerator<Finding, void, undefined> {
  const crowds = [16, 1].filter((concurrency) => effort.wants(`read the last 50, ${callersOf(concurrency)}`))
  if (crowds.length === 0) return
  const store = place.newStore()
  const lengths = [effort.size(10_000), effort.size(100_000)]
  const open = await Promise.all(
    lengths.map(async (length) => {
      const chat = await makeChat(store)
      await fill(store, chat, length)
      await fillList(place.client, `floor:chat:${length}`, length)
      return { length, chat }
    }),
  )
  for (const concurrency of crowds) {
    const load = effort.load(concurrency === 1 ? 500 : 3000, concurrency)
    const contestants = open.flatMap(({ length, chat }) => [
      rangeRounds(`${range} of ${length}`, place.client, `floor:chat:${length}`, load),
      readRounds(`sess of ${length}`, store, chat, load),
    ])
    const { rounds } = effort
    const results = await compare(contestants, { rounds, operations: load.operations, meter: place.meter })
    const callers = callersOf(concurrency)
    for (const { length } of open) {
      const [own, other] = [`sess of ${length}`, `${range} of ${length}`]
      yield speedFinding(`read the last 50 of ${length}, ${callers}`, results, own, other, { atLeast: 0.8 })
    }
    const [short = '', long = ''] = lengths.map((length) => `sess of ${length}`)
    yield speedFinding(`the same of ${lengths[1]}, ${callers}`, results, long, short, { atLeast: 0.9 })
  }
}

function callersOf(concurrency: number): string {
  return concurrency === 1 ? 'alone' : `${concurrency} callers`
}
