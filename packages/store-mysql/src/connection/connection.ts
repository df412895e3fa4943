import type { Query } from '../sql/statement.ts'
import type { Call } from './call.ts'

/** The rows of an answer. Whoever wrote the statement knows their shape. */
export interface Answer {
  readonly rows: readonly unknown[]
  /** Rows that were written or removed. */
  readonly affectedRows: number
  /** What LAST_INSERT_ID was given in the statement, else 0. */
  readonly insertId: number
  /** Whether a transaction is open now, where the driver tells. */
  readonly isInTransaction: boolean | null
}

/** How a connection begins and ends a transaction. */
export interface TransactionStatements {
  /** Null if one is open always. */
  readonly begin: Query | null
  readonly commit: Query
  readonly rollback: Query
}

/** A connection somebody holds. Statements go one after another. */
export interface Connection {
  readonly transaction: TransactionStatements
  send(query: Query): Promise<Answer>
  /** Gives it back as it came: no transaction is open that was not, nothing is under way. */
  release(): void
  /** Closes it, because something about it is odd. The server then forgets what was not committed. */
  destroy(): void
}

/** Where connections come from. */
export interface ConnectionSource {
  /** @throws the driver's error, or what `within` throws. */
  acquire(call: Call): Promise<Connection>
  /** Connections at most, null if nobody knows. */
  readonly size: number | null
  /** Closes what the source itself has opened. */
  close(): Promise<void>
  /** Figures for `health`. */
  figures(): { readonly [name: string]: number }
}

export const plainTransaction: TransactionStatements = {
  begin: { sql: 'begin', parameters: [] },
  commit: { sql: 'commit', parameters: [] },
  rollback: { sql: 'rollback', parameters: [] },
}

/** Each end is the next one's beginning, which saves a round trip. */
export const chainedTransactions: TransactionStatements = {
  begin: null,
  commit: { sql: 'commit and chain', parameters: [] },
  rollback: { sql: 'rollback and chain', parameters: [] },
}
