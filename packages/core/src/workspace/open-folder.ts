import type { Stats } from 'node:fs'

/** A name as the file system has it: what other programs wrote need not be UTF-8. */
export type EntryName = string | Buffer

/** A folder that was opened, and through which its entries are reached whatever becomes of its path. It has to be closed. */
export interface OpenFolder {
  /** As it was when it was opened. */
  readonly stats: Stats
  /** A path by which the folder can be listed now. */
  path(): Promise<string | Buffer>
  /** A path by which the entry can be reached now. Only its last name may be a link. */
  at(name: EntryName): Promise<string | Buffer>
  /** Opens a folder in it. Fails with `ENOENT`, with `ENOTDIR` or `ELOOP` if there is something else, a link included. */
  openFolder(name: EntryName): Promise<OpenFolder>
  /** Gives a folder in it the mode 0700, also if it may not even be opened: the umask or a program may have taken that away. */
  restrict(name: EntryName): Promise<void>
  close(): Promise<void>
}

/** Opens a folder by its absolute path, not through a link. */
export type FolderOpener = (path: string) => Promise<OpenFolder>

/** Uses a folder, and closes it. */
export async function within<Value>(folder: OpenFolder, use: (folder: OpenFolder) => Promise<Value>): Promise<Value> {
  try {
    return await use(folder)
  } finally {
    await folder.close()
  }
}
