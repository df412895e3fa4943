import { SessError } from '@sess/core'
import { Database } from '../connection/database.ts'
import { DriverError } from '../connection/driver-error.ts'
import { KeptSource } from '../connection/kept-source.ts'
import { unavailable } from '../connection/unavailable.ts'
import type { StoreParts } from '../store-parts.ts'
import type { AppendPlan } from './append-plan.ts'
import { flushAppends } from './flush-appends.ts'
import type { WaitingAppend } from './waiting-append.ts'

/** Pools smaller than this have no connection to spare for a lane. */
const smallestPool = 4

/** Flushes batches of appends, one after another. */
export class AppendLane {
  readonly #parts: StoreParts
  readonly #sessions = new Set<string>()
  #database: Database | null = null

  constructor(parts: StoreParts) {
    this.#parts = parts
  }

  get isBusy(): boolean {
    return this.#sessions.size > 0
  }

  /** Whether it is flushing something of this session. */
  has(session: string): boolean {
    return this.#sessions.has(session)
  }

  /** Answers all of them. Never rejects. */
  async flush(batch: readonly WaitingAppend[]): Promise<void> {
    for (const waiting of batch) {
      waiting.isFlushing = true
      this.#sessions.add(waiting.session)
    }
    await this.#flush(batch)
    this.#sessions.clear()
  }

  async close(): Promise<void> {
    if (this.#database !== null && this.#database !== this.#parts.database) await this.#database.source.close()
  }

  async #flush(batch: readonly WaitingAppend[]): Promise<void> {
    const calls = batch.map(({ append }) => append)
    const deadlineAt = Math.max(...batch.map(({ call }) => call.deadlineAt))
    try {
      const plan = await this.#connected().write({ signal: undefined, deadlineAt }, (transaction) =>
        flushAppends(this.#parts, transaction, calls),
      )
      this.#answer(batch, plan)
    } catch (error) {
      const middle = batch.length >> 1
      if (error instanceof DriverError && middle > 0) {
        // One bad message does not fail its neighbours: halves find it.
        await this.#flush(batch.slice(0, middle))
        await this.#flush(batch.slice(middle))
      } else for (const waiting of batch) waiting.fail(error instanceof DriverError ? unavailable(error, false) : error)
    }
  }

  #answer(batch: readonly WaitingAppend[], { heads, outcomes }: AppendPlan): void {
    for (const [index, waiting] of batch.entries()) {
      const outcome = outcomes[index]
      if (outcome instanceof SessError) waiting.fail(outcome)
      else if (outcome !== undefined) waiting.succeed(outcome)
    }
    for (const { chats } of heads.sessions.values())
      for (const { log, oldFirstSeq, firstSeq } of chats.values())
        if (trimStep(oldFirstSeq) !== trimStep(firstSeq)) this.#parts.purge.trim(log, firstSeq)
  }

  #connected(): Database {
    const { database } = this.#parts
    const { size } = database.source
    this.#database ??= size === null || size >= smallestPool ? new Database(new KeptSource(database.source)) : database
    return this.#database
  }
}

/** Messages that were trimmed are removed in steps. */
function trimStep(firstSeq: number): number {
  return Math.floor(firstSeq / 64)
}
