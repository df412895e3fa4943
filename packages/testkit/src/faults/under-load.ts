import assert from 'node:assert/strict'
import type { Store } from '@sess/core'
import { Load, type LoadOptions } from './load.ts'
import { type VerifyOptions, violations } from './verify.ts'

export interface UnderLoadOptions {
  readonly verify: VerifyOptions
  readonly load?: LoadOptions | undefined
  /** Whether the load can go on afterwards, and has to. @default true */
  readonly resumes?: boolean | undefined
}

/**
 * Has a store do its work while `strike` does its worst, and holds it to what it answered. Afterwards it has to work again,
 * the same object in the same process.
 */
export async function underLoad(
  store: Store,
  strike: (load: Load) => Promise<void>,
  { verify, load: loadOptions, resumes = true }: UnderLoadOptions,
): Promise<Load> {
  const load = await Load.start(store, loadOptions)
  try {
    await load.makesProgress()
    await strike(load)
    if (resumes) await load.makesProgress()
  } finally {
    await load.stop()
  }
  assert.deepEqual(await violations(load, store, verify), [])
  return load
}

/** Waits for a condition, not for a time. One that throws does not hold yet. */
export async function until(what: string, condition: () => Promise<boolean>, withinMs = 20_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await condition().catch(() => false))) {
    assert.ok(performance.now() < deadline, `waited ${withinMs} ms for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
