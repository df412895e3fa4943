import { testStoreAgainstModel } from '@sess/testkit'
import { describe, test } from 'vitest'
import { MemoryStore } from '../src/index.ts'
import { memoryHarness } from './memory-harness.ts'

describe('MemoryStore with a clock of the test', () => {
  testStoreAgainstModel({ test, create: async () => memoryHarness() })
})

describe('MemoryStore with the real clock', () => {
  testStoreAgainstModel({
    test,
    runs: 100,
    create: async () => {
      const store = new MemoryStore()
      return { store, dispose: () => store.close() }
    },
  })
})
