import type { Connection } from './connection.ts'

/** Seconds a statement waits for a row lock before it is tried anew: shorter than any call's deadline should be. */
const lockWaitSeconds = 2

/**
 * What every connection is told once. READ COMMITTED: locks no gaps, and each statement sees what was committed
 * before it. UTC: the clock is read through the time zone. The mode: nothing is cut off in silence, and
 * backslashes escape, on which the driver relies wherever a server says otherwise.
 */
const statements: readonly string[] = [
  'set session transaction isolation level read committed',
  `set session time_zone = '+00:00', session innodb_lock_wait_timeout = ${lockWaitSeconds}, ` +
    `session lock_wait_timeout = 10, session sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', session autocommit = 1`,
]

export async function applySettings(connection: Connection): Promise<void> {
  for (const sql of statements) await connection.send({ sql, parameters: [] })
}
