import { invalidArgument, type ListSessionsQuery, openCursor, type Page, pageLimit, sealCursor } from '@sess/core'
import { isExpired, type KeptSession } from './kept-session.ts'

type Query = Pick<ListSessionsQuery, 'orgId' | 'userId' | 'status' | 'tag'>

/** Those that lists and figures have: neither pending nor expired. @throws `INVALID_ARGUMENT`. */
export function listed(sessions: Iterable<KeptSession>, query: Query, now: number): KeptSession[] {
  if (query.userId !== undefined && query.orgId === undefined) throw invalidArgument('userId', 'needs orgId')
  return [...sessions].filter((session) => {
    const { owner, status, tags } = session.record
    if (status === 'pending' || isExpired(session, now)) return false
    if (query.orgId !== undefined && owner.orgId !== query.orgId) return false
    if (query.userId !== undefined && owner.userId !== query.userId) return false
    if (query.status !== undefined && status !== query.status) return false
    return query.tag === undefined || tags.includes(query.tag)
  })
}

/** A page of items in the order of their places, from the one of the cursor on. `scope` names the list. */
export function pageOf<Item>(
  items: readonly Item[],
  placeOf: (item: Item) => readonly (string | number)[],
  scope: string,
  options: { readonly limit?: number | undefined; readonly cursor?: string | undefined } = {},
): Page<Item> {
  const limit = pageLimit(options.limit)
  const sorted = items.toSorted((a, b) => compare(placeOf(a), placeOf(b)))
  const from = options.cursor === undefined ? null : openCursor(scope, options.cursor)
  const rest = from === null ? sorted : sorted.filter((item) => compare(placeOf(item), from) > 0)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  const nextCursor = last === undefined || rest.length === page.length ? null : sealCursor(scope, placeOf(last))
  return { items: page, nextCursor }
}

/** Turns the order of ids round: the newest first. */
export function newestFirst(id: string): string {
  return [...id].map((digit) => (digit === '-' ? '-' : (15 - Number.parseInt(digit, 16)).toString(16))).join('')
}

function compare(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index]
    if (right === undefined || left === right) continue
    return left < right ? -1 : 1
  }
  return 0
}
