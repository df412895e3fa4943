import { opendir } from 'node:fs/promises'
import type { OpenFolder } from './open-folder.ts'

/** How many names are handled at a time. */
const batchSize = 64

/** The names in a folder, some at a time: there may be more than fit into memory. As bytes, as not all need be UTF-8. */
export async function* namesIn(folder: OpenFolder): AsyncGenerator<readonly Buffer[]> {
  let batch: Buffer[] = []
  // Node takes this encoding here as it does in readdir; only its types do not say so.
  const entries = await opendir(await folder.path(), { encoding: 'buffer' as BufferEncoding })
  for await (const { name } of entries) {
    batch.push(name as unknown as Buffer)
    if (batch.length < batchSize) continue
    yield batch
    batch = []
  }
  yield batch
}
