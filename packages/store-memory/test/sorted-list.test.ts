import { expect, test } from 'vitest'
import { SortedList } from '../src/sorted-list.ts'

interface Entry {
  readonly rank: number
}

const byRank = (a: Entry, b: Entry): number => a.rank - b.rank

function listOf(ranks: readonly number[]): SortedList<Entry, Entry> {
  const list = new SortedList<Entry, Entry>(byRank)
  for (const rank of ranks) list.add({ rank })
  return list
}

test('sorted list: gives items in order, whatever the order they came in', () => {
  for (const ranks of [counting(3000), counting(3000).reverse(), shuffled(3000)]) {
    const list = listOf(ranks)
    expect(ranksOf(list.ascending())).toEqual(counting(3000))
    expect(ranksOf(list.descending())).toEqual(counting(3000).reverse())
    expect([list.first?.rank, list.last?.rank]).toEqual([0, 2999])
  }
})

test('sorted list: goes on after and before any place, whether an item is there or not', () => {
  const list = listOf(counting(2000).map((rank) => rank * 2))
  for (const rank of [-1, 0, 1, 2, 1022, 1023, 1024, 1025, 3997, 3998, 3999]) {
    const after = list.ascending({ rank }).next().value?.rank
    const before = list.descending({ rank }).next().value?.rank
    expect(after).toBe(rank >= 3998 ? undefined : Math.floor(rank / 2) * 2 + 2)
    expect(before).toBe(rank <= 0 ? undefined : Math.ceil(rank / 2) * 2 - 2)
  }
})

test('sorted list: after any additions and removals it holds what a plain list would', () => {
  const random = randomFrom(7)
  const list = new SortedList<Entry, Entry>(byRank)
  const model = new Map<number, Entry>()
  for (let step = 0; step < 30_000; step++) {
    const rank = random(4000)
    const there = model.get(rank)
    // Grows first and shrinks then, so that chunks are split and joined.
    if (there === undefined && random(3) < (step < 15_000 ? 2 : 1)) {
      const entry = { rank }
      list.add(entry)
      model.set(rank, entry)
    } else if (there !== undefined && random(3) < (step < 15_000 ? 1 : 2)) {
      expect(list.remove(there)).toBe(true)
      model.delete(rank)
    }
  }
  expect(ranksOf(list.ascending())).toEqual([...model.keys()].sort((a, b) => a - b))
  for (const entry of model.values()) expect(list.remove(entry)).toBe(true)
  expect([list.first, list.last]).toEqual([undefined, undefined])
})

test('sorted list: removing what is not there removes nothing', () => {
  const list = listOf([1, 3])
  expect(list.remove({ rank: 2 })).toBe(false)
  expect(list.remove({ rank: 3 })).toBe(false)
  expect(ranksOf(list.ascending())).toEqual([1, 3])
})

test('sorted list: finding a place takes a few comparisons among 100,000', () => {
  let comparisons = 0
  const list = new SortedList<Entry, Entry>((a, b) => {
    comparisons++
    return byRank(a, b)
  })
  for (const rank of shuffled(100_000)) list.add({ rank: rank * 2 })
  comparisons = 0
  const entry = { rank: 100_001 }
  list.add(entry)
  list.ascending(entry).next()
  list.remove(entry)
  expect(comparisons).toBeLessThan(4 * Math.ceil(Math.log2(100_000)))
})

function ranksOf(entries: Iterable<Entry>): number[] {
  return Array.from(entries, ({ rank }) => rank)
}

function counting(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

function shuffled(count: number): number[] {
  const random = randomFrom(count)
  const numbers = counting(count)
  for (let index = count - 1; index > 0; index--) {
    const other = random(index + 1)
    const [a, b] = [numbers[index] ?? 0, numbers[other] ?? 0]
    numbers[index] = b
    numbers[other] = a
  }
  return numbers
}

/** Small whole numbers, the same in every run (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
