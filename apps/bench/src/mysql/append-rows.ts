import type { Effort } from '../effort.ts'
import { compare, type Result } from '../measure.ts'
import { latencyFinding, speedFinding } from '../report/finding.ts'
import type { RowGroup } from '../report/row-group.ts'
import { type OpenChatOptions, openChats } from '../stores/open-chats.ts'
import { appendRounds } from '../stores/store-rounds.ts'
import { insertRounds, makeMessageTable } from './mysql-floors.ts'
import type { MysqlPlace } from './mysql-place.ts'

const insert = 'INSERT, autocommit'
/** What shared commits should bring: MariaDB commits faster alone, as it keeps no binary log. */
const goals = { MariaDB: { 64: 1.3, 256: 2 }, MySQL: { 64: 2.5, 256: 3.7 } } as const
/** Full chats that trim: what "in full" means, with the fence of a running turn. */
const inFull = { maxMessages: 100, history: 100, fenced: true }

/** Appends by many callers at once, by one, and all to one chat. */
export const appendGroups: readonly RowGroup<MysqlPlace>[] = [
  manyCallers(64),
  manyCallers(256),
  {
    name: 'append fenced, no limit, 64 callers',
    async *measure(place, effort) {
      const results = await againstInsert(place, effort, { fenced: true }, 64, effort.size(64))
      yield speedFinding(this.name, results, 'sess', insert, null)
    },
  },
  {
    name: 'append in full, alone: p50',
    async *measure(place, effort) {
      const results = await againstInsert(place, effort, inFull, 1, effort.size(64))
      yield latencyFinding(this.name, results, 'sess', insert, { atMost: 2 })
    },
  },
  {
    name: 'append in full, 64 callers to one chat',
    async *measure(place, effort) {
      const results = await againstInsert(place, effort, inFull, 64, 1)
      yield speedFinding(this.name, results, 'sess', insert, { atLeast: 3 })
    },
  },
]

function manyCallers(callers: 64 | 256): RowGroup<MysqlPlace> {
  return {
    name: `append in full, ${callers} callers`,
    async *measure(place, effort) {
      const results = await againstInsert(place, effort, inFull, callers, effort.size(callers))
      yield speedFinding(this.name, results, 'sess', insert, { atLeast: goals[place.kind][callers] })
    },
  }
}

async function againstInsert(
  place: MysqlPlace,
  effort: Effort,
  options: OpenChatOptions,
  callers: number,
  chats: number,
): Promise<readonly Result[]> {
  const { store, prefix } = await place.openStore()
  await makeMessageTable(place.pool, prefix)
  const load = effort.load(callers === 1 ? 400 : 3000, callers)
  const open = await place.unflushed(() => openChats(store, chats, options))
  const floor = insertRounds(insert, place.pool, prefix, load)
  return await compare([floor, appendRounds('sess', store, open, load)], {
    rounds: effort.rounds,
    operations: load.operations,
    meter: place.meter,
  })
}
