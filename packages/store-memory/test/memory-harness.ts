import type { Store } from '@sess/core'
import type { StoreHarness } from '@sess/core/conformance'
import { MemoryStore } from '../src/index.ts'

/** A memory store whose clock stands still until a test sets it forward, in a wrapper if one is given. */
export function memoryHarness(wrap: (store: Store, clock: () => number) => Store = (store) => store): StoreHarness {
  let now = 1_700_000_000_000
  const clock = (): number => now
  const store = new MemoryStore({ clock })
  return {
    store: wrap(store, clock),
    advanceTo: (instant) => {
      now = Math.max(now, instant)
    },
    dispose: () => store.close(),
  }
}
