import type { Stats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { SessError } from '../errors.ts'
import { shortPath } from './entry-path.ts'
import { ifThere } from './file-system-error.ts'
import type { EntryName, OpenFolder } from './open-folder.ts'

/** The stats of an entry, of a link those of the link itself; null if there is none. */
export async function lookUp(folder: OpenFolder, name: EntryName): Promise<Stats | null> {
  return await ifThere(lstat(await folder.at(name)))
}

/**
 * @throws {@link SessError} `WORKSPACE_SYMLINK` or `WORKSPACE_NOT_REGULAR` unless it is a file with one name. A second name may
 * lie outside of the workspace, and then so does the content.
 */
export function assertPlainFile(stats: Stats, path: string): void {
  if (stats.isSymbolicLink()) throw linkRefused(path, 'a symbolic link')
  if (!stats.isFile()) throw notRegular(path, 'not a file')
  if (stats.nlink > 1) throw linkRefused(path, 'a file with more than one name')
}

/** The error for a path that leads through a link. */
export function linkRefused(path: string, what: string): SessError {
  return new SessError('WORKSPACE_SYMLINK', `there is ${what} on the path`, { path: shortPath(path) })
}

/** The error for a path that leads to another kind of thing. */
export function notRegular(path: string, what: string): SessError {
  return new SessError('WORKSPACE_NOT_REGULAR', `what is there is ${what}`, { path: shortPath(path) })
}

/** The error for a path that leads to nothing. */
export function notFound(path: string): SessError {
  return new SessError('WORKSPACE_NOT_FOUND', 'there is no such entry in the workspace', { path: shortPath(path) })
}
