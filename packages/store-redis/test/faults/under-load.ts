import assert from 'node:assert/strict'
import { Load, type LoadOptions, type VerifyOptions, violations } from '@sess/testkit'
import type { RedisStore, RedisStoreOptions } from '../../src/index.ts'
import { storeGroup } from '../stores.ts'

export const isLong: boolean = process.env.SESS_TEST_LONG === '1'
/** How often a fault strikes. */
export const rounds: number = isLong ? 8 : 1
/** Short, so that a call that hangs is seen to end. */
const timeoutMs = 1_500

export interface UnderLoad {
  readonly load: Load
  readonly store: RedisStore
  readonly keyPrefix: string
}

/**
 * Has a store do its work while `strike` does its worst, and holds it to what it answered. Afterwards it has to work again,
 * the same object in the same process.
 */
export async function underLoad(
  options: RedisStoreOptions,
  strike: (world: UnderLoad) => Promise<void>,
  { verify = {}, load: loadOptions }: { readonly verify?: Partial<VerifyOptions>; readonly load?: LoadOptions } = {},
): Promise<Load> {
  const group = storeGroup({ timeoutMs, ...options })
  const store = group.open()
  try {
    const load = await Load.start(store, loadOptions)
    try {
      await load.makesProgress()
      await strike({ load, store, keyPrefix: group.keyPrefix })
      await load.makesProgress()
    } finally {
      await load.stop()
    }
    assert.deepEqual(await violations(load, store, { timeoutMs, ...verify }), [])
    return load
  } finally {
    await group.dispose()
  }
}

/** Waits for a condition of a server, not for a time. */
export async function until(what: string, condition: () => Promise<boolean>, withinMs = 20_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await condition().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
