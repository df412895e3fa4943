import { randomBytes } from 'node:crypto'
import { compressed, encrypted, json, KeyRing } from '@sess/core/codec'
import { testSessionStore } from '@sess/core/conformance'
import { afterAll, describe, test } from 'vitest'
import { MemoryStore } from '../src/index.ts'

describe('MemoryStore with a clock of the test', () => {
  testSessionStore({
    test,
    after: afterAll,
    create: async () => {
      let now = 1_700_000_000_000
      const store = new MemoryStore({ clock: () => now })
      const advanceTo = (instant: number): void => {
        now = Math.max(now, instant)
      }
      return { store, advanceTo, dispose: () => store.close() }
    },
  })
})

describe('MemoryStore with the real clock', () => {
  testSessionStore({
    test,
    after: afterAll,
    create: async () => {
      const store = new MemoryStore()
      return { store, dispose: () => store.close() }
    },
  })
})

describe('MemoryStore with a codec', () => {
  testSessionStore({
    test,
    after: afterAll,
    create: async () => {
      let now = 1_700_000_000_000
      const ring = new KeyRing({ keys: { k1: randomBytes(32) }, active: 'k1' })
      const codec = encrypted(compressed(json(), { minBytes: 64 }), ring)
      const store = new MemoryStore({ clock: () => now, codec })
      const advanceTo = (instant: number): void => {
        now = Math.max(now, instant)
      }
      return { store, advanceTo, dispose: () => store.close() }
    },
  })
})
