import { listInCrowds } from '../crowds.ts'
import type { Effort } from '../effort.ts'
import { compare } from '../measure.ts'
import { type Finding, listFinding, speedFinding } from '../report/finding.ts'
import { createRounds, getRounds, ownSessions, touchRounds, updateRounds } from '../stores/store-rounds.ts'
import type { MysqlPlace } from './mysql-place.ts'
import { SessionTable } from './session-floors.ts'

const callers = 64

/** Operations on sessions, against one statement on one row. They have no goal of their own. */
export async function* sessionRows(place: MysqlPlace, effort: Effort): AsyncGenerator<Finding, void, undefined> {
  const { store, prefix } = await place.openStore()
  const sessions = await ownSessions(store, callers)
  const table = new SessionTable(place.pool, `${prefix}floor_session`, callers)
  await table.make()
  const load = effort.load(2000, callers)
  const pairs = [
    [getRounds('get', store, sessions, load), table.selectRounds('SELECT by id', load)],
    [updateRounds('update', store, sessions, load), table.updateRounds('UPDATE by id', load)],
    [touchRounds('touch', store, sessions, load), table.updateRounds('UPDATE by id', load)],
    [createRounds('create with limits', store, load), table.insertRounds('INSERT', load)],
  ] as const
  for (const [own, floor] of pairs) {
    const { rounds } = effort
    const results = await compare([floor, own], { rounds, operations: load.operations, meter: place.meter })
    yield speedFinding(`${own.name}, ${callers} callers`, results, own.name, floor.name, null)
  }
}

/** Listing one user's 20 sessions among those of others. */
export async function* crowdRow(place: MysqlPlace, effort: Effort): AsyncGenerator<Finding, void, undefined> {
  const crowds = [effort.size(1000), effort.size(100_000)]
  const load = effort.load(500, 8)
  const results = await listInCrowds(async () => (await place.openStore()).store, {
    rounds: effort.rounds,
    load,
    crowds,
    meter: place.meter,
    populate: (work) => place.unflushed(work),
  })
  yield listFinding(results, crowds)
}
