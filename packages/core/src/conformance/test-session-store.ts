import { type CreateHarness, type StoreHarness, worldOf } from './harness.ts'
import { type ConformanceCase, conformanceCases } from './suite.ts'

/** What the suite needs of a test runner and of a store. */
export interface ConformanceOptions {
  /** Declares a test: `test` of vitest, of `node:test` and of most others fits. */
  readonly test: (name: string, run: () => Promise<void>) => unknown
  /** Runs something after all tests: `afterAll` of vitest, `after` of `node:test`. @default every case has its own store */
  readonly after?: ((run: () => Promise<void>) => unknown) | undefined
  readonly create: CreateHarness
  /** Cases to declare. @default all */
  readonly only?: ((conformanceCase: ConformanceCase) => boolean) | undefined
}

/**
 * Declares every case of the store contract as a test. Cases can run in any order and at the same time. Those
 * that count or claim over the whole store have one to themselves; the others share one if there is an `after`.
 *
 * @returns how many cases were declared.
 */
export function testSessionStore({ test, after, create, only = () => true }: ConformanceOptions): number {
  let shared: Promise<StoreHarness> | undefined
  after?.(async () => (await shared)?.dispose())
  const declared = conformanceCases.filter(only)
  for (const { name, run } of declared) {
    test(name, async () => {
      if (after !== undefined && run.empty !== true) {
        shared ??= create({ empty: false })
        await run(worldOf(await shared))
        return
      }
      const harness = await create({ empty: run.empty === true })
      try {
        await run(worldOf(harness))
      } finally {
        await harness.dispose()
      }
    })
  }
  return declared.length
}
