import type { SessionCodecs } from '@sess/core'
import type { ChatStatements } from './chats/chat-statements.ts'
import type { Database } from './connection/database.ts'
import type { CounterStatements } from './counters/counter-statements.ts'
import type { Purge } from './lifecycle/purge.ts'
import type { LastHeads } from './messages/last-heads.ts'
import type { MessageStatements } from './messages/message-statements.ts'
import type { SessionStatements } from './sessions/session-statements.ts'
import type { RowWriter } from './sql/row-writer.ts'
import type { SealedRecords } from './sql/sealed-records.ts'
import type { SqlBuilder } from './sql/sql-builder.ts'

/** What the methods of the store work with. */
export interface StoreParts {
  readonly database: Database
  readonly builder: SqlBuilder
  readonly rows: RowWriter
  readonly counters: CounterStatements
  readonly sessions: SessionStatements
  readonly chats: ChatStatements
  readonly messages: MessageStatements
  readonly lastHeads: LastHeads
  readonly purge: Purge
  readonly limits: StoreLimits
  /** Null if values are kept as JSON. */
  readonly codecs: SessionCodecs | null
  readonly records: SealedRecords
}

/** What the server takes, as it said when the store was opened. */
interface StoreLimits {
  /** Bytes of one message in a statement. */
  messageBytes: number
  /** Bytes of a statement that could also be two. */
  statementBytes: number
}
