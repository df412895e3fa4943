import {
  type CountSessionsQuery,
  invalidArgument,
  type ListSessionsQuery,
  type Page,
  type PageOptions,
  pageLimit,
  type SessionQuery,
  type StoredSession,
  sealCursor,
} from '@sess/core'
import type { SessionEntry } from './entries.ts'
import { expireNow, lapseExpired } from './expiry.ts'
import { openPosition } from './list-position.ts'
import { findScope, type MemoryState } from './memory-state.ts'
import { sessionRecord } from './session-entry.ts'

/** Records that one call looks at, however few of them the query wants. */
const maxExamined = 1000

export function listSessions(
  state: MemoryState,
  query: ListSessionsQuery,
  options: PageOptions | undefined,
  now: number,
): Page<StoredSession> {
  assertQuery(query)
  const { orgId, userId, status, tag, order = 'created' } = query
  if (order === 'active' && userId === undefined) throw invalidArgument('query.order', "'active' needs a userId")
  const limit = pageLimit(options?.limit)
  const scopeName = JSON.stringify(['listSessions', orgId, userId, status, tag, order])
  const position = openPosition(scopeName, options?.cursor)
  lapseExpired(state, now)
  const scope = findScope(state, orgId, userId)
  if (scope === undefined) return { items: [], nextCursor: null }
  const walk = order === 'active' ? scope.byActivity.descending(position) : scope.byId.descending(position)
  return walkPage(walk, limit, scopeName, (entry) => {
    if (status !== undefined && entry.status !== status) return undefined
    if (tag !== undefined && !entry.tags.includes(tag)) return undefined
    return sessionRecord(entry)
  })
}

export function countSessions(state: MemoryState, query: CountSessionsQuery, now: number): number {
  assertQuery(query)
  if (query.status === 'pending' && query.userId === undefined)
    throw invalidArgument('query.status', "'pending' needs a userId")
  lapseExpired(state, now)
  const counts = findScope(state, query.orgId, query.userId)?.counts
  if (counts === undefined) return 0
  return query.status === undefined
    ? counts.active + counts.paused + counts.archived + counts.closed
    : counts[query.status]
}

export function expireIdle(
  state: MemoryState,
  idleMs: number,
  options: PageOptions | undefined,
  now: number,
): Page<string> {
  const limit = pageLimit(options?.limit)
  const scopeName = JSON.stringify(['expireIdle', idleMs])
  const position = openPosition(scopeName, options?.cursor)
  lapseExpired(state, now)
  const found: SessionEntry[] = []
  const idleSince = now - idleMs
  const page = walkPage(
    untilMinute(state.scope.byActivity.ascending(position), idleSince),
    limit,
    scopeName,
    (entry) => {
      if (entry.lastActiveAt > idleSince) return undefined
      found.push(entry)
      return entry.id
    },
  )
  for (const entry of found) expireNow(state, entry, now)
  return page
}

function assertQuery(query: Omit<SessionQuery, 'status'>): void {
  if (query.userId !== undefined && query.orgId === undefined) throw invalidArgument('query.userId', 'needs an orgId')
}

function* untilMinute(entries: Iterable<SessionEntry>, instant: number): Generator<SessionEntry, void, undefined> {
  for (const entry of entries) {
    if (entry.activeMinute * 60_000 > instant) return
    yield entry
  }
}

/** Collects what `pick` makes of the entries. The page ends where it is full or enough was looked at. */
function walkPage<Item>(
  walk: Iterable<SessionEntry>,
  limit: number,
  scopeName: string,
  pick: (entry: SessionEntry) => Item | undefined,
): Page<Item> {
  const items: Item[] = []
  let examined = 0
  let last: SessionEntry | undefined
  for (const entry of walk) {
    if (last !== undefined && (items.length === limit || examined === maxExamined)) {
      return { items, nextCursor: sealCursor(scopeName, [last.activeMinute, last.id]) }
    }
    const item = pick(entry)
    if (item !== undefined) items.push(item)
    examined++
    last = entry
  }
  return { items, nextCursor: null }
}
