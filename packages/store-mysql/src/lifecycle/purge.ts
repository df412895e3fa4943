import { sql } from 'kysely'
import { newCall } from '../connection/call.ts'
import type { Database } from '../connection/database.ts'
import { type SqlBuilder, statementNow } from '../sql/sql-builder.ts'

/** Rows that one statement removes: few enough that nobody waits for it. */
const batch = 500
/** How long nobody waits for a purge, so that many that are wanted at once become one. */
const delayMs = 20
/** For each statement: nobody waits for it, and it can be repeated at any time. */
const timeoutMs = 10_000

/**
 * Removes, bit by bit and behind the answers, the messages that nothing points to any more. What it does not get to,
 * because the process ends, another one finds.
 */
export class Purge {
  readonly #database: Database
  readonly #builder: SqlBuilder
  /** Logs that were trimmed, to the seq of their oldest message. */
  readonly #trimmed = new Map<string, readonly [log: Buffer, firstSeq: number]>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #working: Promise<void> | null = null
  #isClosed = false

  constructor(database: Database, builder: SqlBuilder) {
    this.#database = database
    this.#builder = builder
  }

  /** A session or a chat was removed. */
  wake(): void {
    if (this.#isClosed || this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#working = (this.#working ?? Promise.resolve()).then(() => this.#work()).catch(() => {})
    }, delayMs)
    this.#timer.unref()
  }

  /** A chat was trimmed. */
  trim(log: Buffer, firstSeq: number): void {
    this.#trimmed.set(log.toString('latin1'), [log, firstSeq])
    this.wake()
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#working
  }

  async #work(): Promise<void> {
    for (const [key, [log, firstSeq]] of this.#trimmed) {
      this.#trimmed.delete(key)
      while (!this.#isClosed && (await this.#removeBefore(log, firstSeq)) === batch);
    }
    while (!this.#isClosed && (await this.#removeGarbage()));
    if (!this.#isClosed) await this.#forgetDeletions()
  }

  async #removeBefore(log: Buffer, seq: number): Promise<number> {
    const { db, named } = this.#builder
    const { affectedRows } = await this.#database.write(newCall(undefined, timeoutMs), (transaction) =>
      transaction.run(
        db.deleteFrom(named('message')).where('log_id', '=', log).where('seq', '<', seq).orderBy('seq').limit(batch),
      ),
    )
    return affectedRows
  }

  /** One batch of one log that nobody else is at. False if there is none. */
  #removeGarbage(): Promise<boolean> {
    const { db, named } = this.#builder
    return this.#database.write(newCall(undefined, timeoutMs), async (transaction) => {
      const [garbage] = await transaction.rows(
        db.selectFrom(named('garbage')).select('log_id').limit(1).modifyEnd(sql`for update skip locked`),
      )
      if (garbage === undefined) return false
      const log = garbage.log_id
      const { affectedRows } = await transaction.run(
        db.deleteFrom(named('message')).where('log_id', '=', log).orderBy('seq').limit(batch),
      )
      if (affectedRows < batch) await transaction.run(db.deleteFrom(named('garbage')).where('log_id', '=', log))
      return true
    })
  }

  async #forgetDeletions(): Promise<void> {
    const { db, named } = this.#builder
    await this.#database.write(newCall(undefined, timeoutMs), (transaction) =>
      transaction.run(
        db.deleteFrom(named('deletion')).where('deleted_at', '<', sql<number>`${statementNow} - 600000`).limit(batch),
      ),
    )
  }
}
