import type { Owner, SessionQuotas, SessionStatus } from '@sess/core'
import fc from 'fast-check'

export const owners: readonly [Owner, ...Owner[]] = [
  { orgId: 'o', userId: 'a:b' },
  { orgId: 'o', userId: '__proto__' },
  { orgId: 'o:a', userId: 'b' },
]

export const number = fc.nat(7)
export const seldom = fc.integer({ min: 0, max: 9 }).map((value) => value === 9)
/** Mostly undefined. */
export function maybe<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })
}
export const owner = fc.constantFrom(...owners)
/** Null is the owner itself. */
export const stranger = fc.oneof({ weight: 20, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: owner })
export const key = fc.constantFrom(null, 'k', 'k', '__proto__')
export const contextKeys = ['a', '__proto__', 'constructor', 'ä', '😀']
export const contextKey = fc.constantFrom(...contextKeys)
export const tag = fc.constantFrom('x', 'X', '__proto__')
export const data = fc.constantFrom({}, { a: 1 }, { b: [{ c: null }] })
export const status = fc.constantFrom<SessionStatus>('active', 'paused', 'archived', 'closed')
export const ifKeyTaken = fc.constantFrom<'reject' | 'open'>('reject', 'open')
export const scope = fc.constantFrom('store', 'org', 'user')
const none: SessionQuotas = { store: null, org: null, user: null }
/** One limit at a time: which of several full ones speaks is not said. */
export const quotas = fc
  .record({ scope, limit: fc.constantFrom(null, 1, 2, 4) })
  .map((one) => ({ ...none, [one.scope]: one.limit }))
export const maxMessages = fc.constantFrom(null, 1, 2, 4)
export const overflow = fc.constantFrom<'trim-oldest' | 'reject'>('trim-oldest', 'trim-oldest', 'reject')
export const pageSize = fc.integer({ min: 1, max: 3 })
export const messages = fc.array(
  fc.record({
    kind: fc.constantFrom('text', 'text', 'calls', 'results'),
    count: fc.integer({ min: 1, max: 2 }),
    /** Takes the id of a message that is there, and its body if `same`. */
    known: fc.oneof(
      { weight: 4, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.record({ number, same: fc.boolean() }) },
    ),
  }),
  { minLength: 1, maxLength: 4 },
)
export type MessagePlan = typeof messages extends fc.Arbitrary<infer Plan> ? Plan : never
/** Null is none; a number stands for a turn that began. */
export const fence = fc.oneof(fc.constant(null), number)
