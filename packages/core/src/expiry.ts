import { invalidArgument } from './errors.ts'
import type { SessionExpiry } from './store/session-records.ts'

/** Sessions expire after a day without activity, unless they are told otherwise. */
export const defaultExpiry: SessionExpiry = Object.freeze({ idleMs: 86_400_000, absoluteMs: null })

/** Ten thousand years: longer ones would leave the range of instants. */
const maxDurationMs = 315_360_000_000_000

/** @throws {@link SessError} `INVALID_ARGUMENT` unless it is a finite number of milliseconds above zero. */
export function checkedDuration(durationMs: unknown, field: string): number {
  if (typeof durationMs !== 'number' || !Number.isFinite(durationMs) || durationMs < 1 || durationMs > maxDurationMs) {
    throw invalidArgument(field, 'must be a number of milliseconds from 1 up; never is null')
  }
  return Math.floor(durationMs)
}

/** `expiry` with what it leaves out taken from `base`. @throws {@link SessError} `INVALID_ARGUMENT` naming the field. */
export function checkedExpiry(expiry: Partial<SessionExpiry>, base: SessionExpiry, field = 'expiry'): SessionExpiry {
  if (typeof expiry !== 'object' || expiry === null) throw invalidArgument(field, 'must be an object')
  for (const name of Object.keys(expiry)) {
    if (name !== 'idleMs' && name !== 'absoluteMs')
      throw invalidArgument(`${field}.${name}`, 'is unknown; there are idleMs and absoluteMs')
  }
  const length = (name: 'idleMs' | 'absoluteMs'): number | null => {
    const value = expiry[name]
    if (value === undefined) return base[name]
    return value === null ? null : checkedDuration(value, `${field}.${name}`)
  }
  return Object.freeze({ idleMs: length('idleMs'), absoluteMs: length('absoluteMs') })
}
