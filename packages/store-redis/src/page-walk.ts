import { openCursor, type Page, type PageOptions, pageLimit, SessError, sealCursor } from '@sess/core'

/** Some of a list, as one step reads it. */
interface Slice<Item> {
  readonly items: readonly Item[]
  /** The place that the next slice goes on after. */
  readonly last: string
  readonly more: boolean
}

/** Reads a slice after a place, '' for the beginning, with `most` items at most. */
export type ReadSlice<Item> = (after: string, most: number) => Promise<Slice<Item>>

/** Slices that one page is made of at most, however few of their entries are wanted. */
const maxSlices = 5

/** A page of a list: slices until it is full, the list ends or enough was looked at. */
export async function walkPage<Item>(
  scope: string,
  options: PageOptions | undefined,
  read: ReadSlice<Item>,
): Promise<Page<Item>> {
  const limit = pageLimit(options?.limit)
  let after = positionIn(scope, options?.cursor)
  const items: Item[] = []
  for (let slices = 0; slices < maxSlices && items.length < limit; slices++) {
    const slice = await read(after, limit - items.length)
    items.push(...slice.items)
    if (!slice.more) return { items, nextCursor: null }
    after = slice.last
  }
  return { items, nextCursor: sealCursor(scope, [after]) }
}

/** The place in a cursor. @throws {@link SessError} `CURSOR_INVALID`. */
export function positionIn(scope: string, cursor: string | undefined): string {
  if (cursor === undefined) return ''
  const [place] = openCursor(scope, cursor)
  if (typeof place === 'string') return place
  throw new SessError('CURSOR_INVALID', 'cursor was not made by this list', { field: 'cursor' })
}
