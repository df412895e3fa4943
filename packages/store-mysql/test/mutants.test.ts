import assert from 'node:assert/strict'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ConformanceCase, testSessionStore } from '@sess/core/conformance'
import { sharedDatabase } from '@sess/test-servers'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { MysqlStore } from '../src/index.ts'
import { chatMutants } from './mutants/chat-mutants.ts'
import { mutatedStore } from './mutants/mutated-store.ts'
import { sessionMutants } from './mutants/sql-mutants.ts'
import { type StoreGroup, storeGroup } from './stores.ts'

const all = [...sessionMutants, ...chatMutants]
const isLong = process.env.SESS_TEST_LONG === '1'
/** In the short form one of every third file. */
const mutants = all
  .filter(({ file }, index) => isLong || all.findIndex((other) => other.file === file) === index)
  .filter((_, index) => isLong || index % 3 === 0)
// Inside of the package, so that the bundles find the drivers.
const folder = fileURLToPath(new URL(`../node_modules/.cache/mutants-${process.pid}`, import.meta.url))
let url: string
/** Tables that all share whose case does not count over the whole store. */
let shared: StoreGroup

beforeAll(async () => {
  await mkdir(folder, { recursive: true })
  url = await sharedDatabase(inject('testServers'))
  shared = storeGroup({ url })
  await shared.open().open()
}, 60_000)
afterAll(async () => {
  await shared.dispose()
  await rm(folder, { recursive: true })
})

for (const [index, mutant] of mutants.entries()) {
  test(`mutant: ${mutant.name}: fails “${mutant.caughtBy}”`, async () => {
    const Store = await mutatedStore(mutant, join(folder, `${index}.mjs`))
    const failure = await failureOf(mutant.caughtBy, Store, mutant.file === 'schema/migrations')
    assert.ok(failure !== null, 'the case passes without the guard')
    // It has to be the promise that is broken, not the bundle.
    expect(`${failure}`).not.toMatch(/ReferenceError|SyntaxError|is not defined/)
  }, 60_000)
}

test('without a change none of these cases fails: it is the missing guards that do', async () => {
  const Store = await mutatedStore(null, join(folder, 'unchanged.mjs'))
  for (const name of new Set(mutants.map(({ caughtBy }) => caughtBy)))
    assert.equal(await failureOf(name, Store), null, name)
}, 120_000)

/** Runs one case of the suite. @returns what it threw, or null. */
async function failureOf(name: string, Store: typeof MysqlStore, isOwnSchema = false): Promise<unknown> {
  const found: (() => Promise<void>)[] = []
  const create = async ({ empty }: { readonly empty: boolean }) => {
    const tables = empty || isOwnSchema ? {} : { tablePrefix: shared.tablePrefix }
    const group = storeGroup({ url, ...tables }, Store)
    const store = group.open()
    // Connections that are there already: else those who call at once are kept apart by making them.
    await Promise.all(Array.from({ length: 10 }, () => store.stats({})))
    return { store, peer: async () => group.open(), dispose: () => group.dispose() }
  }
  testSessionStore({
    test: (_, run) => found.push(run),
    create,
    only: (one: ConformanceCase) => one.name === name,
  })
  const [run] = found
  assert.ok(run && found.length === 1, `there is no case “${name}”`)
  return await run().then(
    () => null,
    (error: unknown) => error,
  )
}
