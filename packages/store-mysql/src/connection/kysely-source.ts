import { CompiledQuery, type DatabaseConnection, type Kysely } from 'kysely'
import { type Call, within } from './call.ts'
import { type Answer, type Connection, type ConnectionSource, plainTransaction } from './connection.ts'
import { applySettings } from './settings.ts'

/** Connections of somebody's Kysely instance. They cannot be destroyed from here: one that is odd is kept from the others. */
export class KyselySource implements ConnectionSource {
  readonly size: null = null
  readonly #kysely: Kysely<unknown>
  readonly #prepared = new WeakSet<DatabaseConnection>()
  #inUse = 0

  constructor(kysely: Kysely<unknown>) {
    this.#kysely = kysely
  }

  async acquire(call: Call): Promise<Connection> {
    const next = this.#next()
    const { raw, connection } = await within(call, next).catch((error: unknown) => {
      next.then(({ connection }) => connection.release()).catch(() => {})
      throw error
    })
    if (!this.#prepared.has(raw)) {
      try {
        await within(call, applySettings(connection))
      } catch (error) {
        connection.destroy()
        throw error
      }
      this.#prepared.add(raw)
    }
    return connection
  }

  async close(): Promise<void> {}

  figures(): { readonly [name: string]: number } {
    return { connectionsInUse: this.#inUse }
  }

  /** Kysely lends a connection for as long as a promise takes; giving it back resolves that promise. */
  #next(): Promise<{ readonly raw: DatabaseConnection; readonly connection: Connection }> {
    return new Promise((resolve, reject) => {
      this.#kysely
        .getExecutor()
        .provideConnection(
          (raw) =>
            new Promise<void>((giveBack) => {
              this.#inUse++
              const leave = (): void => {
                this.#inUse--
                giveBack()
              }
              resolve({ raw, connection: kyselyConnection(raw, leave) })
            }),
        )
        .catch(reject)
    })
  }
}

function kyselyConnection(raw: DatabaseConnection, leave: () => void): Connection {
  let isHeld = true
  const giveBack = (): void => {
    if (isHeld) leave()
    isHeld = false
  }
  return {
    transaction: plainTransaction,
    send: async ({ sql, parameters }): Promise<Answer> => {
      const { rows, numAffectedRows, insertId } = await raw.executeQuery(CompiledQuery.raw(sql, [...parameters]))
      return {
        rows,
        affectedRows: Number(numAffectedRows ?? 0),
        insertId: Number(insertId ?? 0),
        isInTransaction: null,
      }
    },
    release: giveBack,
    destroy() {
      // Whatever is under way is rolled back behind it, before anybody else gets the connection.
      if (!isHeld) return
      raw
        .executeQuery(CompiledQuery.raw('rollback'))
        .catch(() => {})
        .finally(giveBack)
    },
  }
}
