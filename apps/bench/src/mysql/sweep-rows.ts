import { setTimeout } from 'node:timers/promises'
import type { Pool, RowDataPacket } from 'mysql2/promise'
import type { Effort } from '../effort.ts'
import { type Contestant, compare } from '../measure.ts'
import { type Finding, longestFindings, speedFinding } from '../report/finding.ts'
import { longestCalls, makeExpiredSessions, sweepRounds } from '../stores/sweeps.ts'
import type { MysqlPlace } from './mysql-place.ts'

const floor = 'DELETE from 4 tables, 100 sessions at a time'
const batch = 100
const settleMs = 120_000

/** Sweeping against deleting the rows by hand, and what a user notices of it. */
export async function* sweepRows(place: MysqlPlace, effort: Effort): AsyncGenerator<Finding, void, undefined> {
  const count = effort.size(10_000)
  const seed = await place.openStore()
  const { store, prefix } = await place.openStore()
  await place.unflushed(() => makeExpiredSessions(seed.store, count))
  const renew = (): Promise<void> => place.unflushed(() => copyTables(place.pool, seed.prefix, prefix))
  const settled = (): Promise<void> => untilEmpty(place.pool, prefix)

  const sweep = { name: 'sess', store, count, makeExpired: renew, settled }
  const contestants = [deleteRounds(place, seed.prefix), sweepRounds(sweep)]
  const results = await compare(contestants, { rounds: effort.fewRounds, operations: count, meter: place.meter })
  yield speedFinding(`sweep ${count} expired sessions`, results, 'sess', floor, { atLeast: 0.5 })
  yield* longestFindings(await longestCalls(sweep))
}

function deleteRounds({ pool, unflushed }: MysqlPlace, seed: string): Contestant {
  const prefix = `${seed}floor_`
  return {
    name: floor,
    async prepare() {
      await unflushed(() => copyTables(pool, seed, prefix))
      const [heads] = await pool.query<RowDataPacket[]>(
        `SELECT session_id, log_id FROM ${prefix}head WHERE log_id <> ''`,
      )
      return async () => {
        for (let at = 0; at < heads.length; at += batch) {
          const some = heads.slice(at, at + batch)
          const sessions = some.map(({ session_id }) => session_id)
          const logs = some.map(({ log_id }) => log_id)
          await pool.query(`DELETE FROM ${prefix}message WHERE log_id IN (?)`, [logs])
          await pool.query(`DELETE FROM ${prefix}head WHERE session_id IN (?)`, [sessions])
          await pool.query(`DELETE FROM ${prefix}chat WHERE session_id IN (?)`, [sessions])
          await pool.query(`DELETE FROM ${prefix}session WHERE id IN (?)`, [sessions])
        }
      }
    },
  }
}

/** Makes the tables of one prefix equal to those of another, which costs less than making the sessions again. */
async function copyTables(pool: Pool, from: string, to: string): Promise<void> {
  const [tables] = await pool.query<RowDataPacket[]>('SHOW TABLES')
  const names = tables.map((row) => String(Object.values(row)[0]))
  for (const source of names.filter((name) => name.startsWith(from) && !name.startsWith(`${from}floor_`))) {
    const copy = `${to}${source.slice(from.length)}`
    await pool.query(`CREATE TABLE IF NOT EXISTS ${copy} LIKE ${source}`)
    await pool.query(`TRUNCATE TABLE ${copy}`)
    await pool.query(`INSERT INTO ${copy} SELECT * FROM ${source}`)
  }
}

/** Messages are removed behind the answers; the sweep is over when the last of them is gone. */
async function untilEmpty(pool: Pool, prefix: string): Promise<void> {
  const deadline = performance.now() + settleMs
  for (;;) {
    const [rows] = await pool.query<RowDataPacket[]>(`SELECT 1 FROM ${prefix}garbage LIMIT 1`)
    if (rows.length === 0) return
    if (performance.now() > deadline) throw new Error(`messages were left ${settleMs} ms after the sweep`)
    await setTimeout(5)
  }
}
