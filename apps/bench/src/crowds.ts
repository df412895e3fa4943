import type { Store } from '@sess/core'
import { closedLoop, type Load } from './closed-loop.ts'
import { type Contestant, compare, type Result } from './measure.ts'
import { makeSession, owner } from './samples.ts'
import type { ServerMeter } from './servers/server-meter.ts'

export interface CrowdEffort {
  readonly rounds: number
  readonly load: Load
  /** Sessions of others. @default [1_000, 100_000] */
  readonly crowds?: readonly number[]
  readonly meter?: ServerMeter | undefined
  /** Runs what makes the sessions. @default as it is */
  readonly populate?: (work: () => Promise<unknown>) => Promise<unknown>
}

/** Lists the 20 sessions of one user among those of others, who each have one and are of the same organisation. */
export async function listInCrowds(newStore: () => Store | Promise<Store>, effort: CrowdEffort): Promise<Result[]> {
  const { rounds, load, crowds = [1000, 100_000], meter, populate = (work) => work() } = effort
  const contestants: Contestant[] = []
  for (const others of crowds) {
    const store = await newStore()
    const ada = owner()
    const step = Math.floor(others / 20)
    const made = { operations: others, concurrency: 64 }
    await populate(() =>
      closedLoop(made, async (index) => {
        await makeSession(store, owner(`${index}`))
        if (step === 0 || (index % step === 0 && index < step * 20)) await makeSession(store, ada)
      }),
    )
    contestants.push({
      name: `among ${others}`,
      prepare: async () => () => closedLoop(load, () => store.listSessions(ada, { limit: 20 })),
    })
  }
  return compare(contestants, { rounds, operations: load.operations, meter })
}
