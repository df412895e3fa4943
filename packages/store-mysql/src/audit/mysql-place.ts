import { SessError } from '@sess/core'
import { type AuditHeads, type AuditLine, type AuditPlace, headOfLine, notedHeads } from '@sess/core/audit'
import { sql } from 'kysely'
import { newCall } from '../connection/call.ts'
import { Database, type Transaction } from '../connection/database.ts'
import { DriverError } from '../connection/driver-error.ts'
import { sourceOf } from '../connection/source-of.ts'
import { told } from '../connection/unavailable.ts'
import { type CheckedOptions, checkedOptions, type MysqlStoreOptions } from '../options.ts'
import type { RowValue } from '../sql/row-list.ts'
import { type SqlBuilder, sqlBuilder } from '../sql/sql-builder.ts'
import { type Statement, statement } from '../sql/statement.ts'
import { auditMigration } from './audit-migration.ts'

/** Which database the table is in, as for a store. `poolSize` is 2 unless it is given. */
export type MysqlAuditPlace = Omit<MysqlStoreOptions, 'codec'>

/** Other chains that a new one takes note of. */
const maxNotedHeads = 32
/** Lines that are read at a time. */
const pageSize = 1_000
/** Characters of lines in one statement: far below what any server takes. */
const maxStatementLength = 262_144

/** A table of lines by their chains. A row is inserted and never changed. */
export class MysqlPlace implements AuditPlace {
  readonly #options: CheckedOptions
  readonly #database: Database
  readonly #builder: SqlBuilder
  readonly #insert: Statement<{ readonly rows: readonly RowValue[][] }, unknown>
  #isOpen = false

  /** Connects to nothing yet. @throws {@link SessError} `INVALID_ARGUMENT` naming the option. */
  constructor(place: MysqlAuditPlace) {
    const makesPool = place.pool === undefined && place.kysely === undefined
    this.#options = checkedOptions({ ...place, ...(makesPool ? { poolSize: place.poolSize ?? 2 } : {}) })
    this.#database = new Database(sourceOf(this.#options))
    const builder = sqlBuilder(this.#options.tablePrefix)
    this.#builder = builder
    this.#insert = statement((value) =>
      builder.raw(sql`insert into ${builder.table('audit')} (chain, seq, line) values ${value('rows')}`),
    )
  }

  async append(chain: string, firstSeq: number, lines: readonly string[]): Promise<void> {
    await this.#answered(async () => {
      await this.#open()
      await this.#database.write(this.#call(), async (transaction) => {
        // The commit of the try before may have landed, and with it all of it.
        if (transaction.isRepeat && (await this.#has(transaction, chain, firstSeq))) return
        for (const rows of statementsOf(chain, firstSeq, lines)) await transaction.run(this.#insert({ rows }))
      })
    })
  }

  async heads(): Promise<AuditHeads> {
    const table = this.#builder.table('audit')
    const rows = await this.#rows<{ readonly chain: Buffer; readonly line: Buffer }>(
      this.#builder.raw(sql`select last.chain, last.line from ${table} as last join
        (select chain, max(seq) as seq from ${table} group by chain order by chain desc limit ${maxNotedHeads}) as newest
        on last.chain = newest.chain and last.seq = newest.seq`),
    )
    return Object.fromEntries(
      rows.flatMap(({ chain, line }) => {
        const head = headOfLine(line.toString())
        return head === null ? [] : [[chain.toString(), head] as const]
      }),
    )
  }

  /** What writers noted of the others when they began. */
  async noted(): Promise<readonly AuditHeads[]> {
    const table = this.#builder.table('audit')
    const rows = await this.#rows<{ readonly line: Buffer }>(
      this.#builder.raw(sql`select first.line from ${table} as first join
        (select chain from ${table} group by chain) as chains on first.chain = chains.chain and first.seq = 1`),
    )
    return rows.map(({ line }) => notedHeads(line.toString()))
  }

  /** All lines, chain by chain. Memory is bounded. */
  async *lines(): AsyncGenerator<AuditLine, void, undefined> {
    const { db, named, table, raw } = this.#builder
    const chains = await this.#rows<{ readonly chain: Buffer }>(
      raw(sql`select chain from ${table('audit')} group by chain order by chain`),
    )
    for (const { chain } of chains) {
      const name = chain.toString()
      for (let after = -1; ; ) {
        const page = await this.#rows<{ readonly seq: number; readonly line: Buffer }>(
          db
            .selectFrom(named('audit'))
            .select(['seq', 'line'])
            .where('chain', '=', chain)
            .where('seq', '>', after)
            .orderBy('seq')
            .limit(pageSize),
        )
        for (const { seq, line } of page) yield { chain: name, text: line.toString(), place: `${name}:${seq}` }
        const last = page.at(-1)
        if (last === undefined) break
        after = last.seq
      }
    }
  }

  async close(): Promise<void> {
    await this.#database.source.close()
  }

  async #rows<Row>(query: Parameters<Transaction['rows']>[0]): Promise<readonly Row[]> {
    return await this.#answered(async () => {
      await this.#open()
      return await this.#database.read(this.#call(), async (reader) => (await reader.rows(query)) as readonly Row[])
    })
  }

  async #has(reader: Transaction, chain: string, seq: number): Promise<boolean> {
    const { db, named } = this.#builder
    const rows = await reader.rows(
      db.selectFrom(named('audit')).select('seq').where('chain', '=', Buffer.from(chain)).where('seq', '=', seq),
    )
    return rows.length > 0
  }

  /** Makes the table unless it is there: who may not make tables may have it made. */
  async #open(): Promise<void> {
    if (this.#isOpen) return
    const { db, named } = this.#builder
    const probe = db.selectFrom(named('audit')).select(['chain', 'seq', 'line']).limit(1)
    await this.#database.read(this.#call(), async (connection) => {
      try {
        await connection.rows(probe)
      } catch (error) {
        if (!(error instanceof DriverError) || error.errno !== 1146) throw error
        if (this.#options.migrate === 'check') throw tableMissing()
        await connection.run({ sql: auditMigration(this.#options.tablePrefix), parameters: [] })
      }
    })
    this.#isOpen = true
  }

  #call(): ReturnType<typeof newCall> {
    return newCall(undefined, this.#options.timeoutMs)
  }

  async #answered<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      return await work()
    } catch (error) {
      throw told(error)
    }
  }
}

function* statementsOf(
  chain: string,
  firstSeq: number,
  lines: readonly string[],
): Generator<RowValue[][], void, undefined> {
  let rows: RowValue[][] = []
  let length = 0
  for (const [index, line] of lines.entries()) {
    if (rows.length > 0 && length + line.length > maxStatementLength) {
      yield rows
      rows = []
      length = 0
    }
    rows.push([chain, firstSeq + index, line])
    length += line.length
  }
  yield rows
}

function tableMissing(): SessError {
  const problem = "the table of the audit log is missing: make it by auditMigration(), or by migrate: 'auto'"
  return new SessError('STORE_UNAVAILABLE', problem, { outcome: 'not-written' })
}
