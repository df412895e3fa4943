import type { Stats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { namesIn } from './entry-names.ts'
import { isTemporary } from './entry-path.ts'
import { ifThere } from './file-system-error.ts'
import { quotaExceeded } from './ledger.ts'
import type { OpenFolder } from './open-folder.ts'

/** Something in a workspace. */
export interface WorkspaceEntry {
  readonly name: string
  /** `link` is a symbolic link, `other` a pipe, a socket or a device. Neither is ever followed or opened. */
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  /** The size of a file, 0 of anything else. */
  readonly bytes: number
  /** Epoch milliseconds. */
  readonly modifiedAt: number
}

/** An entry by its stats. */
export function toEntry(name: string, stats: Stats): WorkspaceEntry {
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : 'other'
  return Object.freeze({ name, kind, bytes: kind === 'file' ? stats.size : 0, modifiedAt: Math.floor(stats.mtimeMs) })
}

/**
 * What is in a folder, by name, without what is being written.
 *
 * @throws {@link SessError} `WORKSPACE_QUOTA` if there is more than `maxEntries`, as other programs may have made it.
 */
export async function listFolder(
  folder: OpenFolder,
  maxEntries: number,
  signal: AbortSignal | undefined,
): Promise<readonly WorkspaceEntry[]> {
  const entries: WorkspaceEntry[] = []
  for await (const names of namesIn(folder)) {
    signal?.throwIfAborted()
    const found = await Promise.all(
      names.map(async (name) => ({ name: name.toString(), stats: await ifThere(lstat(await folder.at(name))) })),
    )
    for (const { name, stats } of found) if (stats !== null && !isTemporary(name)) entries.push(toEntry(name, stats))
    if (entries.length > maxEntries) throw quotaExceeded('entries', maxEntries)
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
}
