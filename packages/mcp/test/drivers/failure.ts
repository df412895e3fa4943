import { isSessError } from '@sess/core'
import { expect } from 'vitest'

/** The error that a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => undefined,
    (error: unknown) => {
      expect(isSessError(error), String(error)).toBe(true)
      return error
    },
  )
}
