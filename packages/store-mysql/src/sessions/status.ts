import type { StoredSession } from '@sess/core'

export type Status = StoredSession['status']

/** By number: the place in this list is what the tables hold. New ones go at the end. */
export const statusNames: readonly Status[] = ['pending', 'active', 'paused', 'archived', 'closed']

export function statusOf(code: number): Status {
  const status = statusNames[code]
  if (status === undefined) throw new RangeError(`status ${code} is unknown`)
  return status
}

export function statusCode(status: Status): number {
  return statusNames.indexOf(status)
}

export const pendingCode: number = statusCode('pending')

/** Whether sessions of this status take a place under the limits. */
export function isCounted(status: Status): boolean {
  return status === 'active' || status === 'paused' || status === 'pending'
}
