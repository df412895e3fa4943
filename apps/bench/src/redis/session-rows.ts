import { listInCrowds } from '../crowds.ts'
import type { Effort } from '../effort.ts'
import { compare } from '../measure.ts'
import { type Finding, listFinding, speedFinding } from '../report/finding.ts'
import { createRounds, getRounds, ownSessions, touchRounds, updateRounds } from '../stores/store-rounds.ts'
import { hashGetRounds, hashSetRounds } from './redis-floors.ts'
import type { RedisPlace } from './redis-place.ts'

/** Operations on one session, against reading a hash. */
export async function* sessionRows(place: RedisPlace, effort: Effort): AsyncGenerator<Finding, void, undefined> {
  const store = place.newStore()
  const sessions = await ownSessions(store, 64)
  for (const concurrency of [64, 1]) {
    const callers = concurrency === 1 ? 'alone' : `${concurrency} callers`
    if (!effort.wants(`get update touch, ${callers}`)) continue
    const load = effort.load(concurrency === 1 ? 2000 : 10_000, concurrency)
    const contestants = [
      hashGetRounds('HMGET', place.client, load),
      getRounds('get', store, sessions, load),
      updateRounds('update', store, sessions, load),
      touchRounds('touch', store, sessions, load),
    ]
    const { rounds } = effort
    const results = await compare(contestants, { rounds, operations: load.operations, meter: place.meter })
    for (const name of ['get', 'update', 'touch'])
      yield speedFinding(`${name}, ${callers}`, results, name, 'HMGET', { atLeast: 0.9 })
  }
}

/** New sessions under three limits, against one HSET. */
export async function* createRows(
  place: RedisPlace,
  effort: Effort,
  where: string,
  atLeast: number,
): AsyncGenerator<Finding, void, undefined> {
  const store = place.newStore()
  for (const concurrency of [64, 1]) {
    const callers = concurrency === 1 ? 'alone' : `${concurrency} callers`
    const what = `create with limits, ${where}, ${callers}`
    if (!effort.wants(what)) continue
    const load = effort.load(concurrency === 1 ? 500 : 5000, concurrency)
    const contestants = [hashSetRounds('HSET', place.client, load), createRounds('create', store, load)]
    const { rounds } = effort
    const results = await compare(contestants, { rounds, operations: load.operations, meter: place.meter })
    yield speedFinding(what, results, 'create', 'HSET', { atLeast })
  }
}

export async function crowdRow(place: RedisPlace, effort: Effort): Promise<Finding> {
  const crowds = [effort.size(1000), effort.size(100_000)]
  const load = effort.load(1000, 8)
  const { rounds } = effort
  const results = await listInCrowds(() => place.newStore(), { rounds, load, crowds, meter: place.meter })
  return listFinding(results, crowds)
}
