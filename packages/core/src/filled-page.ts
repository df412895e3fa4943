import { pageLimit } from './cursor.ts'
import type { Page, PageOptions } from './store/refs.ts'
import type { ListSessionsQuery, StoredSession } from './store/session-records.ts'
import type { Store } from './store/store.ts'

/** Pages of the store that are read for one page of the caller. */
const maxReads = 20

/** A page that is full unless the list ends: a store answers short pages where a filter leaves little. */
export async function filledPage(
  store: Store,
  query: ListSessionsQuery,
  options: PageOptions,
): Promise<Page<StoredSession>> {
  const limit = pageLimit(options.limit)
  const items: StoredSession[] = []
  let { cursor } = options
  for (let reads = 0; reads < maxReads; reads++) {
    const page = await store.listSessions(query, { ...options, limit: limit - items.length, cursor })
    items.push(...page.items)
    if (page.nextCursor === null || items.length === limit) return { items, nextCursor: page.nextCursor }
    cursor = page.nextCursor
  }
  return { items, nextCursor: cursor ?? null }
}
