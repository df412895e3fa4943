import { MemoryStore } from '@sess/store-memory'
import { listInCrowds } from '../crowds.ts'
import type { Effort } from '../effort.ts'
import { costOfLength } from '../long-chats.ts'
import type { Result } from '../measure.ts'
import { micros, type Table } from '../report/table.ts'
import { bare, careful } from './floor-contestants.ts'
import { bytesOf } from './heap.ts'
import { hotPaths } from './hot-paths.ts'

/** The store in memory against both floors, and what it weighs. */
export async function* memoryTables(effort: Effort): AsyncGenerator<Table, void, undefined> {
  const newStore = (): MemoryStore => new MemoryStore()
  const speeds: (readonly string[])[] = []
  for await (const { title, results } of hotPaths(newStore)) speeds.push(...floorRows(title, results))

  const late = effort.size(10_000)
  const { earlyNs, lateNs, ratio } = await costOfLength(newStore, { chats: effort.rounds * 5, late })
  const crowds = [effort.size(1000), effort.size(100_000)]
  const load = effort.load(500, 1)
  const [few, many] = await listInCrowds(newStore, { rounds: effort.rounds * 3, load, crowds })
  const slower = few === undefined || many === undefined ? NaN : (few.speedOf.get(many.name) ?? NaN)
  yield {
    title: `@sess/store-memory, Node ${process.versions.node}`,
    notes: ['Speed as a part of the floors: 1.00 is as fast, 0.50 takes twice as long.'],
    head: ['operation', '× bare Map', '× careful Map', 'µs', 'CPU µs'],
    rows: speeds,
  }
  yield {
    title: 'Lengths and crowds',
    notes: [],
    head: ['ratio', 'goal', 'measured'],
    rows: [
      [`append number ${late} (${micros(lateNs)} µs) ÷ number 100 (${micros(earlyNs)} µs)`, '≤ 1.1', ratio.toFixed(2)],
      [`list 20 ${many?.name} ÷ ${few?.name}`, '≤ 1.2', slower.toFixed(2)],
    ],
  }
  yield {
    title: 'Bytes of heap',
    notes: [],
    head: ['what', 'goal', 'measured'],
    rows: [
      ['a message of 1 KiB', '1331', `${Math.round(bytesOf('message'))}`],
      ['an idle session, one user each', '1500', `${Math.round(bytesOf('session'))}`],
      ['an idle session with an empty chat', '', `${Math.round(bytesOf('sessionWithChat'))}`],
    ],
  }
}

function floorRows(title: string, results: readonly Result[]): string[][] {
  return results.map(({ name, speedOf, ns, cpuNs }) => {
    const [overBare = '', overCareful = ''] = [bare, careful].map((floor) => (speedOf.get(floor) ?? NaN).toFixed(2))
    return [`${title}: ${name}`, overBare, overCareful, micros(ns), micros(cpuNs)]
  })
}
