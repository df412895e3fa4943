import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ConformanceCase, conformanceCases, testSessionStore } from '@sess/core/conformance'
import { afterAll, describe, expect, test } from 'vitest'
import { memoryHarness } from './memory-harness.ts'
import { mutants } from './mutants/all-mutants.ts'
import { fails } from './mutants/fails.ts'
import { broken, type Mutant } from './mutants/mutant.ts'
import { rightRule, trimming } from './mutants/trim.ts'

// Each mutant runs the cases it must fail and a sample of the others; with SESS_TEST_LONG=1 it runs them all.
// SESS_UPDATE_MUTANTS=1 runs them all, too, and writes down what failed: read the difference before you believe it.
const updates = process.env.SESS_UPDATE_MUTANTS === '1'
const all = updates || process.env.SESS_TEST_LONG === '1'
const sampled = 16
const found = new Map<string, readonly string[]>()

describe('mutants', () => {
  for (const [index, mutant] of mutants.entries()) {
    test(`${mutant.name}: exactly its cases fail`, async () => {
      const expected = fails[mutant.name] ?? []
      const some = ({ name }: ConformanceCase): boolean =>
        expected.includes(name) || (placeOf.get(name) ?? 0) % sampled === index % sampled
      const failed = await failedCases(mutant, all ? () => true : some)
      found.set(mutant.name, failed)
      if (!updates) expect(failed.toSorted()).toEqual(expected.toSorted())
      expect(failed, 'no case finds it').not.toEqual([])
    }, 120_000)
  }

  if (!updates) {
    test('no two have one name, and none is left over in fails.ts', () => {
      expect(mutants.map(({ name }) => name).sort()).toEqual(Object.keys(fails).sort())
    })

    test('every case fails for one of them', () => {
      const told = new Set(Object.values(fails).flat())
      const idle = conformanceCases.map(({ name }) => name).filter((name) => !told.has(name))
      expect(idle, 'cases that no broken store can fail').toEqual([])
    })
  }

  test('a store that hides what the right rule trims fails only where hiding shows', async () => {
    const control: Mutant = { name: 'trim: right', breaks: trimming(rightRule) }
    expect(await failedCases(control, () => true)).toEqual([
      'updateChat: changes what is given and leaves the rest',
      'stats: what is deleted or trimmed leaves them',
    ])
  }, 60_000)

  test(`${mutants.length} mutants, ${conformanceCases.length} cases`, () => {
    expect(new Set(conformanceCases.map(({ name }) => name)).size).toBe(conformanceCases.length)
  })

  afterAll(() => {
    if (updates) writeFileSync(new URL('mutants/fails.ts', import.meta.url), sourceOf(found))
  })
})

const placeOf: ReadonlyMap<string, number> = new Map(conformanceCases.map(({ name }, index) => [name, index]))

/** Names of the cases that fail, of those that `only` picks. */
async function failedCases(mutant: Mutant, only: (one: ConformanceCase) => boolean): Promise<readonly string[]> {
  const runs: { readonly name: string; readonly run: () => Promise<void> }[] = []
  testSessionStore({
    test: (name, run) => runs.push({ name, run }),
    create: async () => memoryHarness((store, clock) => broken(store, clock, mutant)),
    only,
  })
  const failed: string[] = []
  for (const { name, run } of runs) {
    const controller = new AbortController()
    const tooLong = sleep(3_000, 'too long', { signal: controller.signal, ref: false }).catch(() => 'in time')
    const [outcome] = await Promise.allSettled([Promise.race([run(), tooLong])])
    controller.abort()
    if (outcome.status === 'rejected' || outcome.value === 'too long') failed.push(name)
  }
  return failed
}

function sourceOf(all: ReadonlyMap<string, readonly string[]>): string {
  const entries = [...all].map(([name, cases]) => {
    const lines = cases.map((one) => `    ${JSON.stringify(one)},\n`).join('')
    return `  ${JSON.stringify(name)}: [\n${lines}  ],\n`
  })
  const head = '/** For each mutant the cases that must fail: these and no others. */\n'
  return `${head}export const fails: Readonly<Record<string, readonly string[]>> = {\n${entries.join('')}}\n`
}
