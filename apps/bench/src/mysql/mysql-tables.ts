import type { Effort } from '../effort.ts'
import type { Finding } from '../report/finding.ts'
import { findingTable, type Table } from '../report/table.ts'
import { appendRows, lengthRow, readRows } from './message-rows.ts'
import { type MysqlPlace, openMariadbPlace, openMysqlPlace } from './mysql-place.ts'
import { crowdRow, sessionRows } from './session-rows.ts'
import { sweepRows } from './sweep-rows.ts'

/** The MySQL store against statements by hand: on MariaDB, and on MySQL where one can be had. */
export async function* mysqlTables(
  effort: Effort,
  tell: (finding: Finding) => void,
): AsyncGenerator<Table, void, undefined> {
  yield await tableOf(await openMariadbPlace(), effort, tell)
  const mysql = await openMysqlPlace()
  if (mysql !== null) yield await tableOf(mysql, effort, tell)
}

async function tableOf(place: MysqlPlace, effort: Effort, tell: (finding: Finding) => void): Promise<Table> {
  const findings: Finding[] = []
  const add = (finding: Finding): void => {
    findings.push(finding)
    tell(finding)
  }
  try {
    for await (const finding of appendRows(place, effort)) add(finding)
    add(await lengthRow(place, effort))
    for await (const finding of readRows(place, effort)) add(finding)
    for await (const finding of sessionRows(place, effort)) add(finding)
    add(await crowdRow(place, effort))
    for await (const finding of sweepRows(place, effort)) add(finding)
  } finally {
    await place.close()
  }
  return findingTable(`${place.kind} ${place.version}`, notes, findings)
}

const notes: readonly string[] = [
  'Floors are statements of mysql2, with a pool of 10 connections as the store has. Both sides commit durably (innodb_flush_log_at_trx_commit=1).',
]
