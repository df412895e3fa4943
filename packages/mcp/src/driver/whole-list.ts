import { type JsonObject, SessError } from '@sess/core'

const maxPages = 64
const maxEntries = 10_000

/**
 * All entries of all pages of a list.
 *
 * @throws {@link SessError} `MCP_LIMIT` for more than 64 pages, more than 10,000 entries or a cursor that was given before.
 */
export async function wholeList(
  key: string,
  askFor: (cursor: string | undefined) => Promise<JsonObject>,
): Promise<readonly unknown[]> {
  const entries: unknown[] = []
  const cursors = new Set<string>()
  let cursor: string | undefined
  for (let pages = 1; ; pages++) {
    const page = await askFor(cursor)
    const found = page[key]
    if (Array.isArray(found)) entries.push(...found)
    if (entries.length > maxEntries) throw tooMuch(maxEntries, 'entries')
    if (typeof page.nextCursor !== 'string') return entries
    cursor = page.nextCursor
    if (cursors.has(cursor)) throw tooMuch(cursors.size, 'different cursors')
    if (pages === maxPages) throw tooMuch(maxPages, 'pages')
    cursors.add(cursor)
  }
}

function tooMuch(limit: number, unit: string): SessError {
  return new SessError('MCP_LIMIT', `The list of the MCP server does not end after ${limit} ${unit}`, { limit, unit })
}
