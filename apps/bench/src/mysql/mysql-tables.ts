import type { Effort } from '../effort.ts'
import type { Finding } from '../report/finding.ts'
import type { RowGroup } from '../report/row-group.ts'
import { findingTable, type Table } from '../report/table.ts'
import { appendGroups } from './append-rows.ts'
import { lengthRow, readRows } from './message-rows.ts'
import { type MysqlPlace, openMariadbPlace, openMysqlPlace } from './mysql-place.ts'
import { crowdRow, sessionRows } from './session-rows.ts'
import { sweepRows } from './sweep-rows.ts'

const groups: readonly RowGroup<MysqlPlace>[] = [
  ...appendGroups,
  { name: 'append number 10,000', measure: lengthRow },
  { name: 'read the last 50', measure: readRows },
  { name: 'get, update, touch, create', measure: sessionRows },
  { name: 'list 20 sessions', measure: crowdRow },
  { name: 'sweep', measure: sweepRows },
]

/** The MySQL store against statements by hand: on MariaDB, and on MySQL where one can be had. */
export async function* mysqlTables(
  effort: Effort,
  tell: (finding: Finding) => void,
): AsyncGenerator<Table, void, undefined> {
  for (const [kind, open] of places) {
    const wanted = groups.filter(({ name }) => effort.wants(`${kind}: ${name}`))
    const place = wanted.length === 0 ? null : await open()
    if (place !== null) yield await tableOf(place, wanted, effort, tell)
  }
}

const places: readonly (readonly [MysqlPlace['kind'], () => Promise<MysqlPlace | null>])[] = [
  ['MariaDB', openMariadbPlace],
  ['MySQL', openMysqlPlace],
]

async function tableOf(
  place: MysqlPlace,
  wanted: readonly RowGroup<MysqlPlace>[],
  effort: Effort,
  tell: (finding: Finding) => void,
): Promise<Table> {
  const findings: Finding[] = []
  try {
    for (const group of wanted) {
      for await (const finding of group.measure(place, effort)) {
        findings.push(finding)
        tell(finding)
      }
    }
  } finally {
    await place.close()
  }
  return findingTable(`${place.kind} ${place.version}`, notes, findings)
}

const notes: readonly string[] = [
  'Floors are statements of mysql2, with a pool of 10 connections as the store has. Both sides commit durably (innodb_flush_log_at_trx_commit=1).',
]
