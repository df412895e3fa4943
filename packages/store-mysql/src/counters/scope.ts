import { invalidArgument, type SessionQuery } from '@sess/core'
import { type SelectQueryBuilder, sql } from 'kysely'
import { pendingCode } from '../sessions/status.ts'
import { orgBytes, ownerBytes } from '../sql/bytes.ts'
import { noChat, type SqlBuilder, statementNow } from '../sql/sql-builder.ts'
import type { HeadTable, SessionTable, Tables } from '../sql/tables.ts'

/** Whose sessions are meant: an owner's, an organisation's, all. */
export type Scope = 'user' | 'org' | 'store'

/** The names of all three, as the tables know them. */
export interface Scopes {
  readonly ownerKey: Buffer
  readonly orgKey: Buffer
}

/** Whose sessions a query wants. @throws {@link SessError} `INVALID_ARGUMENT`. */
export function scopeOf(
  { orgId, userId }: Omit<SessionQuery, 'status'>,
  field: string,
): { readonly scope: Scope } & Scopes {
  if (orgId === undefined) {
    if (userId !== undefined) throw invalidArgument(`${field}.userId`, 'needs an orgId')
    return { scope: 'store', ownerKey: noChat, orgKey: noChat }
  }
  const orgKey = orgBytes(orgId)
  if (userId === undefined) return { scope: 'org', ownerKey: noChat, orgKey }
  return { scope: 'user', ownerKey: ownerBytes({ orgId, userId }), orgKey }
}

/** `session as s` and its row in `head as h`. */
export type SessionsQuery = SelectQueryBuilder<Tables & { h: HeadTable } & { s: SessionTable }, 's' | 'h', object>

/** In which order sessions are walked, each by an index of a scope. */
const indexes = {
  created: { user: 'of_owner', org: 'of_org', store: 'primary' },
  active: { user: 'of_owner_by_activity', org: 'of_org_by_activity', store: 'by_activity' },
  due: { user: 'of_owner', org: 'of_org_due', store: 'due' },
} as const

/**
 * The order of the join and the index are given: the server would else read all sessions, or all heads, where these are
 * few or new to it, or walk all that are in order to find an owner's.
 */
function sessionsIn(
  { db, table, named }: SqlBuilder,
  scope: Scope,
  { ownerKey, orgKey }: Scopes,
  walk: keyof typeof indexes,
): SessionsQuery {
  const index = sql`s force index (${sql.raw(indexes[walk][scope])})`
  const sessions = db
    .selectFrom(sql<SessionTable>`${table('session')}`.as<'s'>(index))
    .modifyFront(sql`straight_join`)
    .innerJoin(named('head as h'), 'h.session_id', 's.id')
    .where('h.chat_id', '=', noChat)
  if (scope === 'user') return sessions.where('s.owner', '=', ownerKey)
  return scope === 'org' ? sessions.where('s.org', '=', orgKey) : sessions
}

function livingIn(builder: SqlBuilder, scope: Scope, scopes: Scopes, walk: 'created' | 'active'): SessionsQuery {
  return sessionsIn(builder, scope, scopes, walk).where('h.expires_at', '>', statementNow)
}

/** Those that lists and figures have: neither pending nor expired. */
export function listedIn(
  builder: SqlBuilder,
  scope: Scope,
  scopes: Scopes,
  walk: 'created' | 'active' = 'created',
): SessionsQuery {
  return livingIn(builder, scope, scopes, walk).where('h.status', '<>', pendingCode)
}

/** Those of a user that are being made. */
export function pendingOf(builder: SqlBuilder, scopes: Scopes): SessionsQuery {
  return livingIn(builder, 'user', scopes, 'created').where('h.status', '=', pendingCode)
}

/** Those of these states that have expired and are still in the counters. */
export function expiredIn(
  builder: SqlBuilder,
  scope: Scope,
  scopes: Scopes,
  statusCodes: readonly number[],
): SessionsQuery {
  return sessionsIn(builder, scope, scopes, 'due')
    .where('s.lapsed', '=', 0)
    .where('s.due_minute', '<=', sql<number>`${statementNow} div 60000`)
    .where('h.expires_at', '<=', statementNow)
    .where('h.status', 'in', statusCodes)
}
