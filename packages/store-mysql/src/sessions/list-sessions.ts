import {
  invalidArgument,
  type ListSessionsQuery,
  openCursor,
  type Page,
  type PageOptions,
  pageLimit,
  SessError,
  type StoredSession,
  sealCursor,
} from '@sess/core'
import { sql } from 'kysely'
import type { Call } from '../connection/call.ts'
import { listedIn, scopeOf } from '../counters/scope.ts'
import { idBytes, idText } from '../sql/bytes.ts'
import { decodePayload } from '../sql/payload.ts'
import { statementNow } from '../sql/sql-builder.ts'
import type { StoreParts } from '../store-parts.ts'
import { sessionRecord, sessionState } from './session-state.ts'
import { sessionColumns } from './session-statements.ts'
import { statusCode } from './status.ts'

/** Records that one call looks at, however few of them the query wants. */
export const maxExamined = 1000

/** A place in a list of sessions. */
export interface ListPosition {
  readonly minute: number
  readonly id: Buffer
}

export async function listSessions(
  parts: StoreParts,
  call: Call,
  query: ListSessionsQuery,
  options: PageOptions | undefined,
): Promise<Page<StoredSession>> {
  const { orgId, userId, status, tag, order = 'created' } = query
  const scopes = scopeOf(query, 'query')
  if (order === 'active' && userId === undefined) throw invalidArgument('query.order', "'active' needs a userId")
  const limit = pageLimit(options?.limit)
  const list = JSON.stringify(['listSessions', orgId, userId, status, tag, order])
  const position = openPosition(list, options?.cursor)
  const { builder, database, sessions } = parts
  const byActivity = order === 'active'
  const walk = () => {
    const listed = listedIn(builder, scopes.scope, scopes, order)
    const rest = position === null ? listed : listed.where(isAfter(position, byActivity ? 'active' : 'created'))
    return byActivity ? rest.orderBy('s.active_minute', 'desc').orderBy('s.id', 'desc') : rest.orderBy('s.id', 'desc')
  }

  if (status === undefined && tag === undefined) {
    const rows = await database.read(call, (reader) =>
      reader.rows(
        walk()
          .select([...sessionColumns, 's.active_minute', statementNow.as('now')])
          .limit(limit + 1),
      ),
    )
    const page = rows.slice(0, limit)
    const items = page.map((row) => sessionRecord(sessionState(row)))
    return { items, nextCursor: rows.length > limit ? sealPosition(list, page.at(-1)) : null }
  }

  // What a filter wants may be rare: bounded looks at little of many records, and then at all of a few.
  const wantedCode = status === undefined ? null : statusCode(status)
  return await database.read(call, async (reader) => {
    const examined = await reader.rows(
      walk()
        .select(['s.id', 's.active_minute', 'h.status', 's.tags'])
        .limit(maxExamined + 1),
    )
    const wanted: (typeof examined)[number][] = []
    let last: (typeof examined)[number] | undefined
    let count = 0
    for (const row of examined) {
      if (wanted.length === limit || count === maxExamined) break
      last = row
      count++
      if (wantedCode !== null && row.status !== wantedCode) continue
      if (tag !== undefined && !(decodePayload(row.tags) as readonly string[]).includes(tag)) continue
      wanted.push(row)
    }
    const nextCursor = count < examined.length ? sealPosition(list, last) : null
    if (wanted.length === 0) return { items: [], nextCursor }
    const rows = await reader.rows(sessions.readAll({ ids: wanted.map(({ id }) => id) }))
    const found = new Map(rows.map((row) => [idText(row.id), sessionState(row)]))
    const items = wanted.flatMap(({ id }) => {
      const session = found.get(idText(id))
      // It may have changed between the two looks.
      if (session === undefined || session.now >= session.expiresAt) return []
      if (status !== undefined && session.status !== status) return []
      return tag !== undefined && !session.tags.includes(tag) ? [] : [sessionRecord(session)]
    })
    return { items, nextCursor }
  })
}

/** Where a list goes on, null at its beginning. @throws {@link SessError} `CURSOR_INVALID`. */
export function openPosition(list: string, cursor: string | undefined): ListPosition | null {
  if (cursor === undefined) return null
  const [minute, id] = openCursor(list, cursor)
  const bytes = typeof id === 'string' ? idBytes(id) : null
  if (typeof minute === 'number' && bytes !== null) return { minute, id: bytes }
  throw new SessError('CURSOR_INVALID', 'cursor was not made by this list', { field: 'cursor' })
}

export function sealPosition(
  list: string,
  row: { readonly id: Buffer; readonly active_minute?: number } | undefined,
): string | null {
  return row === undefined ? null : sealCursor(list, [Number(row.active_minute ?? 0), idText(row.id)])
}

function isAfter({ minute, id }: ListPosition, order: 'created' | 'active') {
  return order === 'created'
    ? sql<boolean>`s.id < ${id}`
    : sql<boolean>`(s.active_minute < ${minute} or (s.active_minute = ${minute} and s.id < ${id}))`
}
