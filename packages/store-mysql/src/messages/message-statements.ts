import { type RawBuilder, sql } from 'kysely'
import type { RowValue } from '../sql/row-list.ts'
import { lockedNow, noChat, type SqlBuilder, statementNow } from '../sql/sql-builder.ts'
import { type Statement, statement } from '../sql/statement.ts'
import { type HeadRow, type PackedHead, packedHead } from './head-row.ts'
import type { MessageRow } from './stored-message.ts'

/** A row of a page: first one of its session and chat, without a message, then the messages, without the others. */
export interface PageRow {
  readonly owner: Buffer | null
  readonly expires_at: number | null
  readonly now: number | null
  readonly log_id: Buffer | null
  readonly first_seq: number | null
  readonly last_seq: number | null
  readonly seq: number | null
  readonly id: Buffer | null
  readonly role: number | null
  readonly created_at: number | null
  readonly body: Buffer | null
}

/** One of the ids of one chat. */
type LogAndId = readonly [log: Buffer, id: Buffer]

interface PageValues {
  readonly session: Buffer
  readonly chat: Buffer
  readonly limit: number
  /** What the page is before or after, or its offset. */
  readonly place: number
}

export interface IfSameValues {
  readonly session: Buffer
  readonly chat: Buffer
  readonly id: string
  readonly role: number
  readonly results: number
  readonly body: string | Buffer
  /** That of the running turn, null if none is asked for. */
  readonly fence: number | null
  /** One row each, in the order of {@link planned}. */
  readonly sessionColumns: readonly (readonly RowValue[])[]
  readonly chatColumns: readonly (readonly RowValue[])[]
}

/** All that an append is planned by. */
export const planned: {
  readonly session: readonly (keyof HeadRow)[]
  readonly chat: readonly (keyof HeadRow)[]
} = {
  session: ['owner', 'org', 'status', 'idle_ms', 'pending_ms', 'ends_at', 'last_active_at', 'expires_at'],
  chat: [
    ...(['log_id', 'max_messages', 'overflow', 'first_seq', 'last_seq'] as const),
    ...(['beginning_seq', 'marked_seq', 'open_calls'] as const),
  ],
}

export interface MessageStatements {
  readonly readNewest: Statement<PageValues, PageRow>
  readonly readBefore: Statement<PageValues, PageRow>
  readonly readAfter: Statement<PageValues, PageRow>
  readonly readOffset: Statement<PageValues, PageRow>
  /** Locks them in the order of their keys. */
  readonly lockHeads: Statement<{ readonly keys: readonly (readonly [session: Buffer, chat: Buffer])[] }, PackedHead>
  readonly findByIds: Statement<{ readonly pairs: readonly LogAndId[] }, MessageRow & { readonly log_id: Buffer }>
  /** Rows are in the order of {@link messageColumns}. */
  readonly insert: Statement<{ readonly rows: readonly (readonly RowValue[])[] }, unknown>
  /** Locks a session and a chat and inserts a message after the last, if both are as said. Its insertId is the server's clock. */
  readonly insertIfSame: Statement<IfSameValues, unknown>
  readonly removeSeqs: Statement<{ readonly pairs: readonly (readonly [log: Buffer, seq: number])[] }, unknown>
  /** Rows are in the order of {@link headColumns}: what is theirs is set, counts are added, all in one statement. */
  readonly writeHeads: Statement<{ readonly rows: readonly (readonly RowValue[])[] }, unknown>
}

const messageColumns = ['log_id', 'seq', 'id', 'role', 'created_at', 'open_before', 'results', 'body'] as const

const setColumns = [
  'last_active_at',
  'expires_at',
  'first_seq',
  'last_seq',
  'beginning_seq',
  'marked_seq',
  'open_calls',
  'last_message_at',
] as const
const headColumns = ['session_id', 'chat_id', 'messages', ...setColumns] as const

export function messageStatements({ raw, table }: SqlBuilder): MessageStatements {
  const refs = (names: readonly string[]) => sql.join(names.map((name) => sql.ref(name)))
  return {
    ...pageStatements({ raw, table }),
    // Row constructors are searched for as ranges of the primary key, and so in its order; the index is named because
    // in a small table the server would rather read all of it, and wait for everybody's locks.
    lockHeads: statement((value) =>
      raw(sql`select ${packedHead} as head from ${table('head')} force index (primary)
        where (session_id, chat_id) in (${value('keys')}) order by session_id, chat_id for update`),
    ),
    findByIds: statement((value) =>
      raw(sql`select log_id, seq, id, role, created_at, body from ${table('message')}
        where (log_id, id) in (${value('pairs')})`),
    ),
    insert: statement((value) =>
      raw(sql`insert into ${table('message')} (${refs(messageColumns)}) values ${value('rows')}`),
    ),
    insertIfSame: statement((value) => {
      const [session, chat, fence] = [value('session'), value('chat'), value('fence')]
      return raw(sql`insert into ${table('message')} (${refs(messageColumns)})
        select c.log_id, c.last_seq + 1, ${value('id')}, ${value('role')}, last_insert_id(${lockedNow}), c.open_calls,
          ${value('results')}, ${value('body')}
        from ${table('head')} as s straight_join ${table('head')} as c
        where s.session_id = ${session} and s.chat_id = ${noChat} and c.session_id = ${session} and c.chat_id = ${chat}
          and (${refs(planned.session.map((name) => `s.${name}`))}) <=> ${value('sessionColumns')}
          and (${refs(planned.chat.map((name) => `c.${name}`))}) <=> ${value('chatColumns')}
          and (${fence} is null or (c.turn_runs = 1 and c.fence = ${fence}))
        for update`)
    }),
    removeSeqs: statement((value) =>
      raw(sql`delete from ${table('message')} where (log_id, seq) in (${value('pairs')})`),
    ),
    // All rows but tallies are there and locked. A chain of CASE would cost the square of their number.
    writeHeads: statement((value) => {
      const set = setColumns.map((name) => sql`${sql.ref(name)} = values(${sql.ref(name)})`)
      return raw(sql`insert into ${table('head')} (${refs(headColumns)}) values ${value('rows')}
        on duplicate key update messages = messages + values(messages), ${sql.join(set)}`)
    }),
  }
}

/**
 * One statement each, so that a page and what bounds it are of one instant. A missing chat is a null.
 *
 * The messages are not joined to the session by an outer join: MariaDB would not see the bounds as a range of the index
 * then, and read the chat from its beginning.
 */
function pageStatements({ raw, table }: Pick<SqlBuilder, 'raw' | 'table'>) {
  type Bound = (value: (name: 'limit' | 'place') => number) => RawBuilder<unknown>
  const page = (from: Bound, end: Bound): Statement<PageValues, PageRow> =>
    statement((value) =>
      raw(sql`(select s.owner, s.expires_at, ${statementNow} as now, c.log_id, c.first_seq, c.last_seq,
          null as seq, null as id, null as role, null as created_at, null as body
        from ${table('head')} as s
        left join ${table('head')} as c on c.session_id = s.session_id and c.chat_id = ${value('chat')}
        where s.session_id = ${value('session')} and s.chat_id = ${noChat})
        union all
        (select null, null, null, null, null, null, m.seq, m.id, m.role, m.created_at, m.body
        from ${table('head')} as c
        join ${table('message')} as m on m.log_id = c.log_id
          and m.seq >= greatest(c.first_seq, ${from(value)}) and m.seq < least(c.last_seq + 1, ${end(value)})
        where c.session_id = ${value('session')} and c.chat_id = ${value('chat')}
        order by m.seq limit ${value('limit')})`),
    )
  const oldestAfter: Bound = (value) => sql`greatest(c.first_seq, ${value('place')} + 1)`
  return {
    readNewest: page(
      (value) => sql`c.last_seq + 1 - ${value('limit')}`,
      () => sql`c.last_seq + 1`,
    ),
    readBefore: page(
      (value) => sql`least(c.last_seq + 1, ${value('place')}) - ${value('limit')}`,
      (value) => sql`${value('place')}`,
    ),
    readAfter: page(oldestAfter, (value) => sql`${oldestAfter(value)} + ${value('limit')}`),
    readOffset: page(
      (value) => sql`c.first_seq + ${value('place')}`,
      (value) => sql`c.first_seq + ${value('place')} + ${value('limit')}`,
    ),
  }
}
