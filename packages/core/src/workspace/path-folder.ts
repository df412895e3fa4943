import type { Stats } from 'node:fs'
import { chmod, lstat, realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import type { EntryName, OpenFolder } from './open-folder.ts'

/**
 * A folder known by its path, for systems without `/proc/self/fd`. Before each use the path must lead to the folder that was
 * opened, through no link; what is opened is compared afterwards. Between check and use there is an instant in which somebody who may write
 * in the workspace can swap a folder: there, processes with other rights than this one must not share a workspace.
 */
export class PathFolder implements OpenFolder {
  readonly stats: Stats
  readonly #path: Buffer

  private constructor(path: Buffer, stats: Stats) {
    this.#path = path
    this.stats = stats
  }

  static async open(path: string | Buffer): Promise<PathFolder> {
    const stats = await lstat(path)
    if (!stats.isDirectory()) throw failure('ENOTDIR', 'not a folder')
    return new PathFolder(Buffer.from(path), stats)
  }

  async path(): Promise<Buffer> {
    const real = await realpath(this.#path, { encoding: 'buffer' })
    if (!real.equals(this.#path) || !isSame(await lstat(this.#path), this.stats))
      throw failure('ELOOP', 'a folder on the path was replaced')
    return this.#path
  }

  async at(name: EntryName): Promise<Buffer> {
    return Buffer.concat([await this.path(), Buffer.from(sep), Buffer.from(name)])
  }

  async openFolder(name: EntryName): Promise<OpenFolder> {
    return await PathFolder.open(await this.at(name))
  }

  async restrict(name: EntryName): Promise<void> {
    const path = await this.at(name)
    if (!(await lstat(path)).isDirectory()) throw failure('ENOTDIR', 'not a folder')
    await chmod(path, 0o700)
  }

  async close(): Promise<void> {}
}

function isSame(a: Stats, b: Stats): boolean {
  return a.dev === b.dev && a.ino === b.ino
}

/** An error that looks as if the file system had refused. */
function failure(code: string, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code, syscall: 'open' })
}
