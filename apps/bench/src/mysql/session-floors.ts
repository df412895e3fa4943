import { randomBytes } from 'node:crypto'
import type { Pool } from 'mysql2/promise'
import { closedLoop, type Load } from '../closed-loop.ts'
import type { Contestant } from '../measure.ts'

const columns = [
  'id BINARY(16) NOT NULL PRIMARY KEY',
  'org_id VARBINARY(255) NOT NULL',
  'user_id VARBINARY(255) NOT NULL',
  'status TINYINT UNSIGNED NOT NULL',
  'version BIGINT NOT NULL',
  'created_at BIGINT NOT NULL',
  'expires_at BIGINT NOT NULL',
  'data LONGBLOB NOT NULL',
  'KEY of_user (org_id, user_id, id)',
]

/** Sessions as a careful developer keeps them: one row, one list. */
export class SessionTable {
  readonly #pool: Pool
  readonly #table: string
  readonly #ids: readonly Buffer[]

  constructor(pool: Pool, table: string, callers: number) {
    this.#pool = pool
    this.#table = table
    this.#ids = Array.from({ length: callers }, () => randomBytes(16))
  }

  async make(): Promise<void> {
    await this.#pool.query(`CREATE TABLE ${this.#table} (${columns.join(', ')}) ENGINE=InnoDB`)
    for (const id of this.#ids) await this.#insert(id)
  }

  /** SELECT of a row by its id. */
  selectRounds(name: string, load: Load): Contestant {
    return this.#rounds(name, load, (id) => this.#pool.query(`SELECT * FROM ${this.#table} WHERE id = ?`, [id]))
  }

  /** UPDATE of a row and its version. */
  updateRounds(name: string, load: Load): Contestant {
    const text = `UPDATE ${this.#table} SET version = version + 1, data = ? WHERE id = ?`
    return this.#rounds(name, load, (id) => this.#pool.query(text, ['{"name":"Support"}', id]))
  }

  /** INSERT of a row: no limit is checked. */
  insertRounds(name: string, load: Load): Contestant {
    return this.#rounds(name, load, () => this.#insert(randomBytes(16)))
  }

  #insert(id: Buffer): Promise<unknown> {
    const row = [id, 'acme', 'user-ada', 1, 1, 1_760_000_000_000, 1_760_086_400_000, '{"name":"Support"}']
    return this.#pool.query(`INSERT INTO ${this.#table} VALUES (?)`, [row])
  }

  #rounds(name: string, load: Load, operation: (id: Buffer | undefined) => Promise<unknown>): Contestant {
    return { name, prepare: async () => () => closedLoop(load, (_, caller) => operation(this.#ids[caller])) }
  }
}
