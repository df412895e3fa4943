import { type Load, type LoadOptions, underLoad as storeUnderLoad, type VerifyOptions } from '@sess/testkit'
import type { RedisStore, RedisStoreOptions } from '../../src/index.ts'
import { storeGroup } from '../stores.ts'

export const isLong: boolean = process.env.SESS_TEST_LONG === '1'
/** How often a fault strikes. */
export const rounds: number = isLong ? 8 : 1
/** Short, so that a call that hangs is seen to end. */
export const timeoutMs = 1_500

export interface UnderLoad {
  readonly load: Load
  readonly store: RedisStore
}

/** Opens a store and has it do its work while `strike` does its worst; see the test kit. */
export async function underLoad(
  options: RedisStoreOptions,
  strike: (world: UnderLoad) => Promise<void>,
  more: {
    readonly verify?: Partial<VerifyOptions>
    readonly load?: LoadOptions
    readonly resumes?: boolean
  } = {},
): Promise<Load> {
  const group = storeGroup({ timeoutMs, ...options })
  const store = group.open()
  try {
    const verify = { timeoutMs, ...more.verify }
    return await storeUnderLoad(store, (load) => strike({ load, store }), { ...more, verify })
  } finally {
    await group.dispose()
  }
}
