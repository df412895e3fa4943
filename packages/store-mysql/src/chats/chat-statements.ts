import { sql } from 'kysely'
import { type SessionRow, sessionColumns } from '../sessions/session-statements.ts'
import { lockedNow, noChat, type SqlBuilder, statementNow } from '../sql/sql-builder.ts'
import { type Statement, statement } from '../sql/statement.ts'

/** A chat as the statements here read it. */
export interface ChatRow {
  readonly session_id: Buffer
  readonly chat_id: Buffer
  readonly chat_key: Buffer | null
  readonly chat_version: number
  readonly chat_created_at: number
  readonly chat_updated_at: number
  readonly turn_figures: Buffer
  readonly chat_operations: Buffer
  readonly chat_data: Buffer
  readonly log_id: Buffer
  readonly max_messages: number | null
  readonly overflow: number
  readonly first_seq: number
  readonly last_seq: number
  readonly beginning_seq: number
  readonly marked_seq: number
  readonly open_calls: number
  readonly last_message_at: number | null
  readonly fence: number
  readonly turn_id: Buffer | null
  readonly turn_runs: number
  readonly lease_ends_at: number
  readonly interrupted: number
}

/** A session, and a chat of it if there is one of that id. */
export type SessionWithChatRow = SessionRow & { readonly [Column in keyof ChatRow]: ChatRow[Column] | null }

interface Ids {
  readonly session: Buffer
  readonly chat: Buffer
}

export interface ChatStatements {
  readonly read: Statement<Ids, SessionWithChatRow>
  readonly lock: Statement<Ids, SessionWithChatRow>
  /** By id in any session, or by session and the caller's key. */
  readonly look: Statement<Ids & { readonly key: string | null }, ChatRow>
  /** Oldest first. */
  readonly list: Statement<{ readonly session: Buffer; readonly after: Buffer; readonly limit: number }, ChatRow>
}

/** Columns of `chat as k` and of its row in `head as c`. */
const chatColumns = [
  'k.session_id',
  'k.id as chat_id',
  'k.caller_key as chat_key',
  'k.version as chat_version',
  'k.created_at as chat_created_at',
  'k.updated_at as chat_updated_at',
  'k.turn_figures',
  'k.operations as chat_operations',
  'k.data as chat_data',
  'c.log_id',
  'c.max_messages',
  'c.overflow',
  'c.first_seq',
  'c.last_seq',
  'c.beginning_seq',
  'c.marked_seq',
  'c.open_calls',
  'c.last_message_at',
  'c.fence',
  'c.turn_id',
  'c.turn_runs',
  'c.lease_ends_at',
  'c.interrupted',
] as const

/** As with sessions, the head row of the session is the first to be locked; it guards all that the session has. */
export function chatStatements({ db, named }: SqlBuilder): ChatStatements {
  const ofSession = (value: <Name extends keyof Ids>(name: Name) => Buffer) =>
    db
      .selectFrom(named('head as h'))
      .innerJoin(named('session as s'), 's.id', 'h.session_id')
      .leftJoin(named('head as c'), (join) =>
        join.onRef('c.session_id', '=', 'h.session_id').on('c.chat_id', '=', value('chat')),
      )
      .leftJoin(named('chat as k'), (join) =>
        join.onRef('k.session_id', '=', 'c.session_id').onRef('k.id', '=', 'c.chat_id'),
      )
      .select([...sessionColumns, ...chatColumns])
      .where('h.session_id', '=', value('session'))
      .where('h.chat_id', '=', noChat)
  const chats = db
    .selectFrom(named('chat as k'))
    .innerJoin(named('head as c'), (join) =>
      join.onRef('c.session_id', '=', 'k.session_id').onRef('c.chat_id', '=', 'k.id'),
    )
    .select(chatColumns)
  return {
    read: statement((value) => ofSession(value).select(statementNow.as('now'))),
    lock: statement((value) =>
      ofSession(value).select(lockedNow.as('now')).modifyFront(sql`straight_join`).forUpdate(),
    ),
    look: statement((value) =>
      chats
        .where('k.id', '=', value('chat'))
        .unionAll(
          chats.where('k.session_id', '=', value('session')).where('k.caller_key', '=', sql<Buffer>`${value('key')}`),
        ),
    ),
    list: statement((value) =>
      chats
        .where('k.session_id', '=', value('session'))
        .where('k.id', '>', value('after'))
        .orderBy('k.id')
        .limit(value('limit')),
    ),
  }
}
