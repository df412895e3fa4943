import { sql } from 'kysely'
import { lockedNow, noChat, type SqlBuilder, statementNow } from '../sql/sql-builder.ts'
import { type Statement, statement } from '../sql/statement.ts'

/** A session as the statements here read it. */
export interface SessionRow {
  readonly id: Buffer
  readonly owner: Buffer
  readonly org: Buffer
  readonly org_id: Buffer
  readonly user_id: Buffer
  readonly caller_key: Buffer | null
  readonly version: number
  readonly idle_ms: number | null
  readonly absolute_ms: number | null
  readonly active_chat: Buffer | null
  readonly created_at: number
  readonly updated_at: number
  readonly operations: Buffer
  readonly claim: Buffer | null
  readonly claimed_until: number
  readonly lapsed: number
  readonly tags: Buffer
  readonly data: Buffer
  readonly codec_keys: Buffer | null
  readonly status: number
  readonly pending_ms: number
  readonly ends_at: number
  readonly last_active_at: number
  readonly expires_at: number
  readonly chats: number
  readonly messages: number
  readonly context_keys: number
  readonly context_bytes: number
  readonly now: number
}

export interface SessionStatements {
  readonly read: Statement<{ readonly id: Buffer }, SessionRow>
  readonly lock: Statement<{ readonly id: Buffer }, SessionRow>
  /** By id, or by owner and the caller's key. */
  readonly look: Statement<{ readonly id: Buffer; readonly owner: Buffer; readonly key: string | null }, SessionRow>
  readonly readAll: Statement<{ readonly ids: readonly Buffer[] }, SessionRow>
  readonly lockAll: Statement<{ readonly ids: readonly Buffer[] }, SessionRow>
  /** Expired sessions that nobody has claimed, or locked. */
  readonly lockDue: Statement<{ readonly limit: number }, SessionRow>
  readonly wasDeleted: Statement<
    { readonly id: Buffer; readonly operation: Buffer; readonly owner: Buffer; readonly windowMs: number },
    { readonly found: number }
  >
}

/** Columns of `session as s` and of its row in `head as h`. */
export const sessionColumns = [
  's.id',
  's.owner',
  's.org',
  's.org_id',
  's.user_id',
  's.caller_key',
  's.version',
  's.idle_ms',
  's.absolute_ms',
  's.active_chat',
  's.created_at',
  's.updated_at',
  's.operations',
  's.claim',
  's.claimed_until',
  's.lapsed',
  's.tags',
  's.data',
  's.codec_keys',
  'h.status',
  'h.pending_ms',
  'h.ends_at',
  'h.last_active_at',
  'h.expires_at',
  'h.chats',
  'h.messages',
  'h.context_keys',
  'h.context_bytes',
] as const

/**
 * The head row is always the first to be locked: it stands on the left, and everybody who wants the others has it. So
 * nobody waits for a row of a session whose head he does not have.
 */
export function sessionStatements({ db, named }: SqlBuilder): SessionStatements {
  const joined = db
    .selectFrom(named('head as h'))
    .innerJoin(named('session as s'), 's.id', 'h.session_id')
    .select(sessionColumns)
    .where('h.chat_id', '=', noChat)
  const sessions = joined.select(statementNow.as('now'))
  const locked = joined.select(lockedNow.as('now')).modifyFront(sql`straight_join`)
  return {
    read: statement((value) => sessions.where('h.session_id', '=', value('id'))),
    lock: statement((value) => locked.where('h.session_id', '=', value('id')).forUpdate()),
    look: statement((value) =>
      sessions
        .where('h.session_id', '=', value('id'))
        .unionAll(
          sessions.where('s.owner', '=', value('owner')).where('s.caller_key', '=', sql<Buffer>`${value('key')}`),
        ),
    ),
    readAll: statement((value) => sessions.where('h.session_id', 'in', sql<Buffer>`(${value('ids')})`)),
    lockAll: statement((value) =>
      locked
        .where('h.session_id', 'in', sql<Buffer>`(${value('ids')})`)
        .orderBy('h.session_id')
        .modifyEnd(sql`for update skip locked`),
    ),
    lockDue: statement((value) =>
      db
        .selectFrom(named('session as s'))
        .innerJoin(named('head as h'), 'h.session_id', 's.id')
        .select([...sessionColumns, lockedNow.as('now')])
        .modifyFront(sql`straight_join`)
        .where('h.chat_id', '=', noChat)
        // Two ranges of one index, as both kinds are due by the same column.
        .where('s.lapsed', 'in', [0, 1])
        .where('s.due_minute', '<=', sql<number>`${statementNow} div 60000`)
        .where('h.expires_at', '<=', statementNow)
        .where('s.claimed_until', '<=', statementNow)
        .limit(value('limit'))
        .modifyEnd(sql`for update skip locked`),
    ),
    wasDeleted: statement((value) =>
      db
        .selectFrom(named('deletion'))
        .select(sql<number>`1`.as('found'))
        .where('session_id', '=', value('id'))
        .where('operation', '=', value('operation'))
        .where('owner', '=', value('owner'))
        .where(sql<boolean>`deleted_at > ${statementNow} - ${value('windowMs')}`),
    ),
  }
}
