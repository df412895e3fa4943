import { testStoreAgainstModel, testStoresSideBySide } from '@sess/testkit'
import { describe, expect, test } from 'vitest'
import { MemoryStore } from '../src/index.ts'
import { memoryHarness } from './memory-harness.ts'
import { mutants } from './mutants/all-mutants.ts'
import { broken } from './mutants/mutant.ts'

describe('MemoryStore with a clock of the test', () => {
  testStoreAgainstModel({ test, create: async () => memoryHarness() })
})

describe('MemoryStore with the real clock', () => {
  const create = async () => {
    const store = new MemoryStore()
    return { store, dispose: () => store.close() }
  }
  testStoreAgainstModel({ test, runs: 100, create })
  testStoresSideBySide({ test, runs: 100, a: create, b: create })
})

/** Some of each kind, that random operations must find as well. */
const found = [
  'sessions: the version is not looked at',
  'sessions: deleting says that there was one',
  'pending: leaving it keeps its expiry',
  'keys: a taken key is answered where it should be refused',
  'limits: the one of the user has one more place',
  'expiry: activity sets it to idleMs later, also if that is earlier',
  'expiry: setContext is no activity',
  'chats: the limit has one more place',
  'chats: after the active one, the newest is active',
  'append: a repeated id is written again',
  'append: content is not looked at for conflicts',
  'append: what stands before a conflict in a batch is written',
  'trim: pairs are torn',
  'rewrite: one message more is removed',
  'read: after is included',
  'turns: append does not look at the fence',
  'turns: a busy chat is taken over without being asked to',
  'context: one key more than the limit',
  'context: __proto__ is lost',
  'lists: the tag is not looked at',
  'tenancy: getContext does not look at the owner',
  'repeat: deleteContext does not remember its operations',
]

describe('random operations find what is broken', () => {
  for (const mutant of mutants.filter(({ name }) => found.includes(name))) {
    test(mutant.name, async () => {
      const runs: (() => Promise<void>)[] = []
      testStoreAgainstModel({
        test: (_, run) => runs.push(run),
        seed: 7,
        shortened: false,
        create: async () => memoryHarness((store, clock) => broken(store, clock, mutant)),
      })
      await expect(runs[0]?.()).rejects.toThrow(/Counterexample/)
    }, 60_000)
  }

  test('each of them is a mutant', () => {
    const names = mutants.map(({ name }) => name)
    expect(found.filter((name) => !names.includes(name))).toEqual([])
  })
})
