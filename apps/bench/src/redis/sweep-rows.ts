import type { Cluster, Redis } from 'ioredis'
import { closedLoop } from '../closed-loop.ts'
import type { Effort } from '../effort.ts'
import { type Contestant, compare } from '../measure.ts'
import { type Finding, longestFindings, speedFinding } from '../report/finding.ts'
import { longestCalls, makeExpiredSessions, sweepRounds, sweptMessages } from '../stores/sweeps.ts'
import { fillList } from './redis-floors.ts'
import type { RedisPlace } from './redis-place.ts'

const oneByOne = 'DEL of 3 keys, one by one'
const together = 'DEL of 3 keys, 100 at a time'

/** Sweeping against deleting three keys of each session, and what a user notices of it. */
export async function* sweepRows(place: RedisPlace, effort: Effort): AsyncGenerator<Finding, void, undefined> {
  const store = place.newStore()
  const count = effort.size(10_000)
  const makeExpired = (): Promise<void> => makeExpiredSessions(store, count)
  const sweep = { name: 'sess', store, count, makeExpired, settled: async () => {} }
  const contestants = [
    deleteRounds(oneByOne, place.client, count, 1),
    deleteRounds(together, place.client, count, 100),
    sweepRounds(sweep),
  ]
  const results = await compare(contestants, { rounds: effort.fewRounds, operations: count, meter: place.meter })
  yield speedFinding(`sweep ${count} expired sessions`, results, 'sess', oneByOne, { atLeast: 0.5 })
  yield speedFinding(`sweep ${count} expired sessions`, results, 'sess', together, null)
  yield* longestFindings(await longestCalls(sweep))
}

function deleteRounds(name: string, client: Redis | Cluster, count: number, concurrency: number): Contestant {
  return {
    name,
    async prepare() {
      await closedLoop({ operations: count, concurrency: 64 }, async (index) => {
        await client.hset(`floor:s:${index}`, { status: 'expired', owner: 'user' })
        await client.hset(`floor:c:${index}`, { status: 'active', lastSeq: '10' })
        await fillList(client, `floor:m:${index}`, sweptMessages)
      })
      return () =>
        closedLoop({ operations: count, concurrency }, (index) =>
          client.del(`floor:s:${index}`, `floor:c:${index}`, `floor:m:${index}`),
        )
    },
  }
}
