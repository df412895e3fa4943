import type { CallOptions } from './call-options.ts'
import type { Page, PageOptions } from './store/refs.ts'

/** The items of a list that `read` reads page by page, to its end. */
export async function* allItems<Item>(
  read: (page: PageOptions) => Promise<Page<Item>>,
  { signal }: CallOptions = {},
): AsyncGenerator<Item, void, undefined> {
  for (let cursor: string | undefined; ; ) {
    const page = await read({ cursor, limit: 200, signal })
    yield* page.items
    if (page.nextCursor === null) return
    cursor = page.nextCursor
  }
}
