import { expect, test } from 'vitest'
import { publicToolName, serverOf } from '../src/tools/tool-name.ts'

test('a name that fits stays as it is', () => {
  expect(publicToolName('files', 'read_file')).toBe('files__read_file')
  expect(publicToolName('a-b', 'get-sum')).toBe('a-b__get-sum')
})

test.each([
  ['a dot', 'a.b'],
  ['a letter of another alphabet', 'größe'],
  ['a line end', 'a\nb'],
  ['markup', '<x>'],
  ['300 characters', 'x'.repeat(300)],
  ['a name that looks hashed', 'a_b_0123456789'],
  ['the name of a prototype, with a space', '__proto__ '],
])('%s is replaced or cut, and a hash of both names is added', (_, tool) => {
  const name = publicToolName('files', tool)
  expect(name).toMatch(/^files__[A-Za-z0-9_-]*_[0-9a-f]{10}$/)
  expect(name.length).toBeLessThanOrEqual(64)
  expect(publicToolName('files', tool)).toBe(name)
  expect(publicToolName('other', tool).slice(-10)).not.toBe(name.slice(-10))
})

test('the same characters parted elsewhere are other tools', () => {
  const pairs = [
    ['a', 'b_c'],
    ['a', '_b_c'],
    ['a-b', 'c'],
    ['a', 'b__c'],
    ['a', '__c'],
  ] as const
  expect(new Set(pairs.map(([server, tool]) => publicToolName(server, tool))).size).toBe(pairs.length)
})

test('no tool can have the name that another one was given', () => {
  const given = publicToolName('files', 'a b')
  const literal = given.slice('files__'.length)
  expect(publicToolName('files', literal)).not.toBe(given)
})

test('10,000 random pairs have different names of at most 64 characters, and the server can be told from each', () => {
  let seed = 7
  const next = (below: number): number => {
    // As mulberry32 does: exact in 32 bits, and without short cycles.
    seed = (seed + 0x6d2b79f5) | 0
    const mixed = Math.imul(seed ^ (seed >>> 15), seed | 1)
    const more = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61))
    return Math.floor((((more ^ (more >>> 14)) >>> 0) / 4_294_967_296) * below)
  }
  const text = (letters: string, length: number): string =>
    Array.from({ length }, () => letters[next(letters.length)] ?? '').join('')
  const pairs = new Map<string, readonly [string, string]>()
  while (pairs.size < 10_000) {
    const server = `${text('ab0', 1)}${text('ab-0', next(32))}`
    // Few letters and many lengths, so that pairs nearly meet.
    const tool = text('a_b-. é', 1 + next(next(2) === 0 ? 5 : 128))
    pairs.set(JSON.stringify([server, tool]), [server, tool])
  }
  const names = [...pairs.values()].map(([server, tool]) => publicToolName(server, tool))
  expect(new Set(names).size).toBe(10_000)
  expect(names.filter((name) => !/^[A-Za-z0-9_-]{1,64}$/.test(name))).toEqual([])
  expect([...pairs.values()].filter(([server], index) => serverOf(names[index] ?? '') !== server)).toEqual([])
})

test('a name without a server has none', () => {
  expect(serverOf('read_file')).toBe('')
  expect(serverOf('__read')).toBe('')
})
