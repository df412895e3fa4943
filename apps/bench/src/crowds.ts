import type { Store } from '@sess/core'
import { type Contestant, compare, type Result } from './measure.ts'
import { makeSession, owner } from './samples.ts'

const operations = 500

/** Lists the 20 sessions of one user among those of others. */
export async function listInCrowds(
  newStore: () => Store,
  crowds: readonly number[] = [1000, 100_000],
): Promise<Result[]> {
  const contestants: Contestant[] = []
  for (const others of crowds) {
    const store = newStore()
    const ada = owner()
    for (let index = 0; index < others; index++) {
      await makeSession(store, owner(`${index}`))
      if (index % (others / 20) === 0) await makeSession(store, ada)
    }
    contestants.push({
      name: `${others}`,
      prepare: async () => async () => {
        for (let count = 0; count < operations; count++) await store.listSessions(ada, { limit: 20 })
      },
    })
  }
  return compare(contestants, { rounds: 40, operations })
}
