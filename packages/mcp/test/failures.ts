import { isSessError, type SessError } from '@sess/core'

/** The error of sess that `work` throws or rejects with. */
export async function failure(work: () => unknown): Promise<SessError> {
  try {
    await work()
  } catch (error) {
    if (isSessError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
