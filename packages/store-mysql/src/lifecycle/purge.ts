import { sql } from 'kysely'
import { newCall } from '../connection/call.ts'
import type { Database } from '../connection/database.ts'
import { type SqlBuilder, statementNow } from '../sql/sql-builder.ts'

/** Rows that one statement removes: few enough that nobody waits for it. */
const batch = 500
/** Logs that one transaction trims: each commit waits for the disk, and others wait for it there. */
const trimmedAtOnce = 16
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
  /** Something was removed. At first another process may have left something. */
  #hasGarbage = true

  constructor(database: Database, builder: SqlBuilder) {
    this.#database = database
    this.#builder = builder
  }

  /** A session or a chat was removed, and that is committed: what is not yet, it would not see, and not look for again. */
  wake(): void {
    this.#hasGarbage = true
    this.#start()
  }

  /** A chat was trimmed. */
  trim(log: Buffer, firstSeq: number): void {
    this.#trimmed.set(log.toString('latin1'), [log, firstSeq])
    this.#start()
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#working
  }

  #start(): void {
    if (this.#isClosed || this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#working = (this.#working ?? Promise.resolve())
        .then(() => this.#work())
        .catch(() => {
          this.#hasGarbage = true
        })
    }, delayMs)
    this.#timer.unref()
  }

  async #work(): Promise<void> {
    while (!this.#isClosed && this.#trimmed.size > 0) await this.#removeTrimmed()
    if (!this.#hasGarbage) return
    this.#hasGarbage = false
    while (!this.#isClosed && (await this.#removeGarbage()));
    if (!this.#isClosed) await this.#forgetDeletions()
  }

  /** One batch of each of some logs. Those that have more are trimmed again. */
  async #removeTrimmed(): Promise<void> {
    const { db, named } = this.#builder
    // In one order, as other processes may trim the same.
    const some = [...this.#trimmed].slice(0, trimmedAtOnce).sort(([, [a]], [, [b]]) => a.compare(b))
    for (const [key] of some) this.#trimmed.delete(key)
    const long = await this.#database.write(newCall(undefined, timeoutMs), async (transaction) => {
      const found: typeof some = []
      for (const [key, [log, seq]] of some) {
        const { affectedRows } = await transaction.run(
          db.deleteFrom(named('message')).where('log_id', '=', log).where('seq', '<', seq).orderBy('seq').limit(batch),
        )
        if (affectedRows === batch) found.push([key, [log, seq]])
      }
      return found
    })
    for (const [key, trimmed] of long) if (!this.#trimmed.has(key)) this.#trimmed.set(key, trimmed)
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
