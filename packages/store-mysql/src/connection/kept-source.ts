import { type Call, within } from './call.ts'
import { type Connection, type ConnectionSource, chainedTransactions } from './connection.ts'

/** How long a connection is kept that nobody uses: longer than the pauses of a busy writer. */
const idleMs = 200
/** How long it is kept at all: then its pool may look at its age. */
const lifetimeMs = 30_000

/**
 * One connection, kept between the transactions of one busy writer and always inside of one: a transaction that did
 * nothing yet holds no lock and sees no snapshot, so it hinders nobody.
 */
export class KeptSource implements ConnectionSource {
  readonly size: number = 1
  readonly #source: ConnectionSource
  #kept: { readonly connection: Connection; readonly since: number } | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(source: ConnectionSource) {
    this.#source = source
  }

  async acquire(call: Call): Promise<Connection> {
    clearTimeout(this.#timer)
    const kept = this.#kept
    this.#kept = null
    if (kept !== null) return this.#chained(kept.connection, kept.since)
    const connection = await this.#source.acquire(call)
    try {
      await within(call, connection.send(chainedTransactions.rollback))
    } catch (error) {
      connection.destroy()
      throw error
    }
    return this.#chained(connection, performance.now())
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#giveBack()
  }

  figures(): { readonly [name: string]: number } {
    return {}
  }

  #chained(connection: Connection, since: number): Connection {
    return {
      transaction: chainedTransactions,
      send: (query) => connection.send(query),
      destroy: () => connection.destroy(),
      release: () => {
        this.#kept = { connection, since }
        const isOld = performance.now() - since > lifetimeMs
        this.#timer = setTimeout(() => void this.#giveBack(), isOld ? 0 : idleMs)
        this.#timer.unref()
      },
    }
  }

  async #giveBack(): Promise<void> {
    const kept = this.#kept
    this.#kept = null
    if (kept === null) return
    const { connection } = kept
    await connection.send(connection.transaction.rollback).then(
      () => connection.release(),
      () => connection.destroy(),
    )
  }
}
