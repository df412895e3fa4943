import { testSessionStore } from '@sess/core/conformance'
import { afterAll, describe, test } from 'vitest'
import { JsonStore } from './json-store.ts'

describe('a store of somebody else, with its own clock', () => {
  testSessionStore({
    test,
    after: afterAll,
    create: async () => {
      let now = 1_700_000_000_000
      const store = new JsonStore({ clock: () => now })
      const advanceTo = (instant: number): void => {
        now = Math.max(now, instant)
      }
      return { store, advanceTo, dispose: () => store.close() }
    },
  })
})
