import { createHash } from 'node:crypto'
import { SessError } from '@sess/core'
import { type Call, timeLeft } from '../connection/call.ts'
import type { Database, Transaction } from '../connection/database.ts'
import { statementNow } from '../sql/sql-builder.ts'
import type { StoreParts } from '../store-parts.ts'
import { firstTable, migrations } from './migrations.ts'
import { assertOurs, readSchema } from './read-schema.ts'

/**
 * Brings the tables to the newest version. Safe however many processes start at once: one does it, the others wait.
 * A lock of the server and not of a table, as there is no table yet; it ends with its connection.
 *
 * @throws {@link SessError} `STORE_UNAVAILABLE` if another process holds the lock until the deadline, or the database
 * holds foreign tables of our names; then nothing was changed.
 */
export async function migrate(
  database: Database,
  builder: StoreParts['builder'],
  call: Call,
  prefix: string,
): Promise<void> {
  // DDL commits by itself, so there is no transaction around it.
  await database.read(call, async (connection) => {
    const lock = await lockName(connection, prefix)
    await takeLock(connection, lock, timeLeft(call))
    try {
      const schema = await readSchema(connection, builder, prefix)
      assertOurs(schema, prefix)
      if (schema.version === 0) await connection.run({ sql: firstTable(prefix), parameters: [] })
      for (const { version, name, statements } of migrations(prefix)) {
        if (version <= schema.version) continue
        for (const statement of statements) await connection.run({ sql: statement, parameters: [] })
        await connection.run(
          builder.db
            .insertInto(builder.named('migration'))
            .values({ version, name, applied_at: statementNow })
            .ignore(),
        )
      }
    } finally {
      await connection.run({ sql: 'do release_lock(?)', parameters: [lock] })
    }
  })
}

/** One per database and prefix: the locks of a server are shared by all of its databases. At most 64 characters. */
async function lockName(connection: Transaction, prefix: string): Promise<string> {
  const [row] = await connection.rows<{ readonly name: string }>({ sql: 'select database() as name', parameters: [] })
  return `sess:${createHash('sha256').update(`${prefix}:${row?.name}`).digest('hex').slice(0, 32)}`
}

async function takeLock(connection: Transaction, lock: string, waitMs: number): Promise<void> {
  const seconds = Math.max(1, Math.floor(waitMs / 1000))
  const [row] = await connection.rows<{ readonly taken: number | null }>({
    sql: 'select get_lock(?, ?) as taken',
    parameters: [lock, seconds],
  })
  if (Number(row?.taken) === 1) return
  throw new SessError('STORE_UNAVAILABLE', 'another process migrates the tables and does not come to an end', {
    outcome: 'not-written',
  })
}
