import { expect, test } from 'vitest'
import { closedLoop } from '../src/closed-loop.ts'
import { type Contestant, compare, median } from '../src/measure.ts'
import { isReached, latencyFinding, listFinding, speedFinding } from '../src/report/finding.ts'
import { printedTable } from '../src/report/print-table.ts'
import { findingTable } from '../src/report/table.ts'

/** Says how long each operation took, and spins as long. */
function spinning(name: string, ns: number, order: string[] = []): Contestant {
  return {
    name,
    prepare: async () => async () => {
      order.push(name)
      const end = process.hrtime.bigint() + BigInt(ns)
      while (process.hrtime.bigint() < end);
      return [ns]
    },
  }
}

test('median: the middle value, or the mean of the two middle ones', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([1, 9, 5, 3])).toBe(4)
  expect(median([])).toBeNaN()
})

test('compare: contestants take turns, in rotating order', async () => {
  const order: string[] = []
  await compare([spinning('a', 1000, order), spinning('b', 1000, order)], { rounds: 3, operations: 1 })
  expect(order).toEqual(['a', 'b', 'b', 'a', 'a', 'b', 'b', 'a'])
})

test('compare: the slower one has a part of the speed, a multiple of the p50, and the server its counts', async () => {
  let commands = 0
  const meter = {
    async read() {
      commands += 10
      return { scripts: 0, commands, cpuMs: 0 }
    },
  }
  const contestants = [spinning('fast', 1_000_000), spinning('slow', 8_000_000)]
  const results = await compare(contestants, { rounds: 3, operations: 5, meter })
  const speed = speedFinding('x', results, 'slow', 'fast', { atLeast: 0.5 })
  expect(speed.measured).toBeLessThan(1)
  expect(speed.own?.commands).toBe(2)
  expect(isReached(speed)).toBe(speed.measured >= 0.5)
  expect(latencyFinding('x', results, 'slow', 'fast', { atMost: 1.5 })).toMatchObject({ measured: 8 })
  const [few, many] = results.map((result, index) => ({ ...result, name: `among ${index}` }))
  if (few === undefined || many === undefined) throw new Error('no results')
  const named = [few, { ...many, speedOf: new Map([['among 0', 0.25]]) }]
  expect(listFinding([{ ...few, speedOf: new Map([['among 1', 4]]) }, ...named.slice(1)], [0, 1]).measured).toBe(4)
})

test('isReached: at least, at most, and nothing to reach', () => {
  const finding = { what: 'x', against: 'y', measured: 1.1 }
  expect(isReached({ ...finding, goal: { atLeast: 1.1 } })).toBe(true)
  expect(isReached({ ...finding, goal: { atLeast: 1.2 } })).toBe(false)
  expect(isReached({ ...finding, goal: { atMost: 1.1 } })).toBe(true)
  expect(isReached({ ...finding, goal: { atMost: 1 } })).toBe(false)
  expect(isReached({ ...finding, goal: null })).toBeNull()
})

test('closedLoop: does each operation once, and no more at a time than there are callers', async () => {
  const done: number[] = []
  let running = 0
  let most = 0
  const timesNs = await closedLoop({ operations: 50, concurrency: 4 }, async (index, caller) => {
    expect(caller).toBeLessThan(4)
    most = Math.max(most, ++running)
    await new Promise(setImmediate)
    running--
    done.push(index)
  })
  expect(most).toBe(4)
  expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index))
  expect(timesNs).toHaveLength(50)
})

test('printedTable: a row that misses its goal says so, in Markdown and in columns', () => {
  const table = findingTable(
    'Redis',
    ['A note.'],
    [
      { what: 'append', against: 'RPUSH', goal: { atLeast: 1 }, measured: 0.5 },
      { what: 'longest', against: '', goal: { atMost: 50 }, measured: 47.06, unit: 'ms' },
    ],
  )
  const markdown = printedTable(table, 'markdown')
  expect(markdown).toContain('| append | RPUSH | ≥ 1 | 0.50 | ✗ |')
  expect(markdown).toContain('| longest |  | ≤ 50 ms | 47.1 ms | ✓ |')
  expect(printedTable(table, 'text')).toMatch(/^append +RPUSH +≥ 1 +0\.50 {2}✗$/m)
})
