import { isSessError, SessError, type SessErrorCode, type Store } from '@sess/core'
import { assert } from 'vitest'

/** What `work` rejects with. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  return assert.fail('expected an error')
}

/** The error of sess that `work` rejects with. */
export async function errorOf(work: Promise<unknown>): Promise<SessError> {
  const error = await failureOf(work)
  if (isSessError(error)) return error
  throw error
}

/** The code of the error that `work` rejects with, or null if it resolves. */
export async function codeOf(work: Promise<unknown>): Promise<SessErrorCode | null> {
  try {
    await work
    return null
  } catch (error) {
    if (isSessError(error)) return error.code
    throw error
  }
}

/** The codes of several calls that are under way. */
export async function codesOf(work: readonly Promise<unknown>[]): Promise<readonly (SessErrorCode | null)[]> {
  return await Promise.all(work.map(codeOf))
}

/** Does a call of a store, or something else in its place. */
export type Interceptor = (
  method: keyof Store,
  call: () => Promise<unknown>,
  args: readonly unknown[],
) => Promise<unknown>

/** The store with something between it and its callers. */
export function intercepted(store: Store, intercept: Interceptor): Store {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) =>
        intercept(name as keyof Store, async () => await Reflect.apply(member, target, args), args)
    },
  })
}

export function unavailable(outcome: 'not-written' | 'unknown'): SessError<'STORE_UNAVAILABLE'> {
  return new SessError('STORE_UNAVAILABLE', 'the store did not answer', { outcome })
}
