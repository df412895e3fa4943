import { constants, type Stats } from 'node:fs'
import { chmod, type FileHandle, open } from 'node:fs/promises'
import type { EntryName, OpenFolder } from './open-folder.ts'

/**
 * A folder held by its descriptor. On Linux `/proc/self/fd/<descriptor>/<name>` is an entry of the very folder that was opened,
 * also after it was moved or a link was put in its place; no path is resolved twice.
 */
export class DescriptorFolder implements OpenFolder {
  readonly stats: Stats
  readonly #handle: FileHandle

  private constructor(handle: FileHandle, stats: Stats) {
    this.#handle = handle
    this.stats = stats
  }

  static async open(path: string | Buffer): Promise<DescriptorFolder> {
    const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
    try {
      return new DescriptorFolder(handle, await handle.stat())
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  async path(): Promise<string> {
    return this.#path
  }

  async at(name: EntryName): Promise<string | Buffer> {
    return typeof name === 'string' ? `${this.#path}/${name}` : Buffer.concat([Buffer.from(`${this.#path}/`), name])
  }

  async openFolder(name: EntryName): Promise<OpenFolder> {
    return await DescriptorFolder.open(await this.at(name))
  }

  async restrict(name: EntryName): Promise<void> {
    // O_PATH, which Node does not name, opens without any right to read.
    const handle = await open(await this.at(name), 0o10_000_000 | constants.O_DIRECTORY | constants.O_NOFOLLOW)
    try {
      await chmod(`/proc/self/fd/${handle.fd}`, 0o700)
    } finally {
      await handle.close()
    }
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  get #path(): string {
    return `/proc/self/fd/${this.#handle.fd}`
  }
}
