import { expect, test } from 'vitest'
import { fullEffort, quickEffort } from '../src/effort.ts'
import { parsedArguments } from '../src/parsed-arguments.ts'

test('without words: all parts, in full, as text', () => {
  const names = ['memory', 'redis', 'mysql', 'codec', 'mcp', 'peers']
  expect(parsedArguments([])).toEqual({ names, effort: fullEffort, format: 'text' })
})

test('parts and options in any order, behind pnpm’s two dashes', () => {
  const expected = { names: ['redis', 'mysql'], effort: quickEffort, format: 'markdown' }
  expect(parsedArguments(['--', '--markdown', 'mysql', '--quick', 'redis'])).toEqual(expected)
})

test('fewer rounds, where time is short', () => {
  expect(parsedArguments(['--rounds=4']).effort.rounds).toBe(4)
  for (const word of ['--rounds=0', '--rounds=', '--rounds=x', '--only='])
    expect(() => parsedArguments([word])).toThrow(word)
})

test('a word that means nothing is named', () => {
  expect(() => parsedArguments(['rediss'])).toThrow(/^rediss is unknown\. Parts are memory, redis/)
})

test('rows are wanted that have all words of one of the texts in their name', () => {
  const { effort } = parsedArguments(['mysql', '--only=mysql append 64', '--only=Sweep'])
  expect(effort.wants('MySQL: append in full, 64 callers')).toBe(true)
  expect(effort.wants('MariaDB: sweep')).toBe(true)
  expect(effort.wants('MariaDB: append in full, 64 callers')).toBe(false)
  expect(fullEffort.wants('MySQL: read')).toBe(true)
})
