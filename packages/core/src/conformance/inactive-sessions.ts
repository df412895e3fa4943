import assert from 'node:assert/strict'
import type { SessErrorCode } from '../errors.ts'
import type { Store } from '../store/store.ts'
import { fails, leavesAlone } from './assertions.ts'
import { update } from './fixtures.ts'
import type { Cases } from './harness.ts'
import { makeTarget, readingCalls, writingCalls } from './methods.ts'

/** Who does not work while a session is not active, and what says so. */
export const inactive: readonly (readonly ['paused' | 'archived' | 'closed', SessErrorCode])[] = [
  ['paused', 'SESSION_PAUSED'],
  ['archived', 'SESSION_ARCHIVED'],
  ['closed', 'SESSION_CLOSED'],
]

const structural = [
  'createChat',
  'updateChat',
  'activateChat',
  'deleteChat',
  'appendMessages',
  'rewriteMessages',
  'setContext',
  'deleteContext',
  'beginTurn',
] as const

/** A case per method: paused, archived and closed sessions refuse it. */
const refusedCases: Cases = Object.fromEntries(
  structural.map((name) => [
    `${name}: a session that is not active refuses, and nothing is written`,
    async ({ store }: { store: Store }) => {
      const target = await makeTarget(store)
      for (const [status, code] of inactive) {
        const { version } = await update(store, target.session, { status })
        await leavesAlone(store, target.session, () =>
          fails(Promise.resolve(writingCalls[name]?.(store, { ...target, version })), code, {
            sessionId: target.session.id,
          }),
        )
      }
    },
  ]),
)

export const inactiveSessionCases: Cases = {
  ...refusedCases,

  'chats: paused, archived and closed sessions can be read': async ({ store }) => {
    const target = await makeTarget(store)
    const before = await Promise.all(
      Object.values(readingCalls)
        .slice(1)
        .map((call) => call(store, target)),
    )
    for (const [status] of inactive) {
      await update(store, target.session, { status })
      const after = await Promise.all(
        Object.values(readingCalls)
          .slice(1)
          .map((call) => call(store, target)),
      )
      assert.deepEqual(after, before)
    }
  },
}
