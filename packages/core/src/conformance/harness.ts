import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../store/store.ts'

/** A store to test, and what only its author can do with it. */
export interface StoreHarness {
  readonly store: Store
  /** Another instance on the same data, as a second process would have it. Needed where `supports.shared` is true. */
  peer?(): Promise<Store>
  /** Sets the store's clock forward to `instant`. Without it the suite waits until the store's clock says so. */
  advanceTo?(instant: number): void | Promise<void>
  /** Closes the store and all its peers. */
  dispose(): Promise<void>
}

/** Makes a store for the suite. Where `empty` is true it must hold nothing; else the suite only touches what it made. */
export type CreateHarness = (options: { readonly empty: boolean }) => Promise<StoreHarness>

/** What a case works with. */
export interface World {
  readonly store: Store
  /** Another instance on the same data; the store itself where it is not shared. */
  peer(): Promise<Store>
  /** The store's clock. */
  now(): Promise<number>
  /** Resolves when the store's clock has reached `instant`. */
  waitUntil(instant: number): Promise<void>
  /**
   * Asserts that `holds` is true at every instant before `instant` and false from it on. Right under a clock that
   * runs meanwhile: an answer is judged by what the clock said before and after it.
   */
  endsAt(instant: number, holds: () => Promise<boolean>): Promise<void>
  /** Like `endsAt`, where the end is only known to be in between, both included. */
  endsBetween(from: number, to: number, holds: () => Promise<boolean>): Promise<void>
}

/** One promise of the contract. */
export interface Case {
  (world: World): Promise<void>
  /** The case counts or claims over the whole store, so it needs one to itself. */
  readonly empty?: boolean
}

/** Cases by name. Names are sentences that begin with the method. */
export type Cases = Readonly<Record<string, Case>>

/** A case that needs an empty store. */
export function inEmptyStore(run: (world: World) => Promise<void>): Case {
  return Object.assign((world: World) => run(world), { empty: true })
}

/** Longest time the suite waits for the store's clock. */
const patienceMs = 10_000

export function worldOf(harness: StoreHarness): World {
  const { store } = harness
  const now = async (): Promise<number> => (await store.health()).now

  async function waitUntil(instant: number): Promise<void> {
    if ((await now()) < instant) await harness.advanceTo?.(instant)
    const giveUpAt = performance.now() + patienceMs
    for (let left = instant - (await now()); left > 0; left = instant - (await now())) {
      assert.ok(performance.now() < giveUpAt, "the store's clock stands still, or the instant is too far away")
      await sleep(Math.min(left, 50))
    }
  }

  async function endsBetween(from: number, to: number, holds: () => Promise<boolean>): Promise<void> {
    await harness.advanceTo?.(from - 1)
    const giveUpAt = performance.now() + patienceMs
    for (;;) {
      const before = await now()
      const held = await holds()
      const after = await now()
      if (held) assert.ok(before < to, `still so ${before - to} ms after its end`)
      else assert.ok(after >= from, `not so any more ${from - after} ms before its end`)
      if (!held) return
      assert.ok(performance.now() < giveUpAt, 'the end did not come')
      if (harness.advanceTo === undefined) await sleep(2)
      else await harness.advanceTo(to)
    }
  }

  return {
    store,
    peer: () => harness.peer?.() ?? Promise.resolve(store),
    now,
    waitUntil,
    endsAt: (instant, holds) => endsBetween(instant, instant, holds),
    endsBetween,
  }
}
