import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, rename, unlink } from 'node:fs/promises'
import { assertPlainFile, lookUp } from './entry-kind.ts'
import { temporaryPrefix } from './entry-path.ts'
import type { WorkspaceUsage } from './measure.ts'
import type { OpenFolder } from './open-folder.ts'
import { chunkBytes } from './read-file.ts'

/** Makes room for a file that is there, empty but in full size, to take the place of another, or throws. */
export type Reserve = (added: WorkspaceUsage, replaced: WorkspaceUsage) => Promise<void>

/**
 * Writes a file of a folder: beside its place, and then into it in one step. Whoever reads it sees the old or the new content, also
 * after a crash. What is refused leaves the old.
 *
 * @param path how the caller wrote it, for errors.
 * @throws {@link SessError} `WORKSPACE_SYMLINK`, `WORKSPACE_NOT_REGULAR`, what `reserve` throws.
 */
export async function writeFileIn(
  folder: OpenFolder,
  name: string,
  path: string,
  content: Uint8Array,
  reserve: Reserve,
  signal: AbortSignal | undefined,
): Promise<void> {
  const before = await lookUp(folder, name)
  if (before !== null) assertPlainFile(before, path)
  const draft = temporaryPrefix + randomBytes(16).toString('hex')
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  const file = await open(await folder.at(draft), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    try {
      // Beyond what the umask left; a script stays executable.
      await file.chmod(0o600 | ((before?.mode ?? 0) & 0o700))
      await file.truncate(content.length)
      const replaced = before === null ? { bytes: 0, entries: 0 } : { bytes: before.size, entries: 1 }
      await reserve({ bytes: content.length, entries: 1 }, replaced)
      await writeWhole(file, content, signal)
      await file.sync()
    } finally {
      await file.close()
    }
    signal?.throwIfAborted()
    await rename(await folder.at(draft), await folder.at(name))
  } catch (error) {
    await unlink(await folder.at(draft)).catch(() => {})
    throw error
  }
}

async function writeWhole(file: FileHandle, content: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
  for (let at = 0; at < content.length; ) {
    signal?.throwIfAborted()
    const { bytesWritten } = await file.write(content, at, Math.min(chunkBytes, content.length - at), at)
    at += bytesWritten
  }
}
