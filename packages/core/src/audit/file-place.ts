import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { AuditPlace } from './audit-place.ts'
import { chainFileName, chainsIn, headOf } from './chain-files.ts'
import type { AuditHeads } from './verify-lines.ts'

interface ChainFile {
  readonly chain: string
  readonly path: string
  readonly handle: FileHandle
  bytes: number
}

/** Other chains that a new one takes note of. */
const maxNotedHeads = 32

/** A folder of files, each of one chain. */
export class FilePlace implements AuditPlace {
  readonly #folder: string
  readonly #maxFileBytes: number
  readonly #isSynced: boolean
  #file: ChainFile | null = null
  #chain = ''
  #files = 0

  constructor(folder: string, maxFileBytes: number, isSynced: boolean) {
    this.#folder = folder
    this.#maxFileBytes = maxFileBytes
    this.#isSynced = isSynced
  }

  async append(chain: string, _firstSeq: number, lines: readonly string[]): Promise<void> {
    this.#file ??= await this.#nextFile(chain)
    const file = this.#file
    const bytes = Buffer.from(`${lines.join('\n')}\n`)
    try {
      await file.handle.appendFile(bytes)
      if (this.#isSynced) await file.handle.datasync()
    } catch (error) {
      this.#file = null
      await undone(file)
      throw error
    }
    file.bytes += bytes.length
    if (file.bytes < this.#maxFileBytes) return
    this.#file = null
    await file.handle.close()
  }

  async heads(): Promise<AuditHeads> {
    const found = await chainsIn(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    })
    const heads = await Promise.all(
      found.slice(-maxNotedHeads).map(async (files) => [files.chain, await headOf(files)] as const),
    )
    return Object.fromEntries(heads.flatMap(([chain, head]) => (head === null ? [] : [[chain, head] as const])))
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = null
    await file?.handle.close()
  }

  async #nextFile(chain: string): Promise<ChainFile> {
    if (chain !== this.#chain) {
      this.#chain = chain
      this.#files = 0
    }
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants
    const path = join(this.#folder, chainFileName(chain, this.#files + 1))
    const handle = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), 0o600)
    this.#files++
    return { chain, path, handle, bytes: 0 }
  }
}

/** Takes back what it can: while a disk is full, each try would leave a file. What stays is whole lines, and a last one without its end. */
async function undone({ path, handle, bytes }: ChainFile): Promise<void> {
  await handle.truncate(bytes).catch(() => {})
  await handle.close().catch(() => {})
  if (bytes === 0) await unlink(path).catch(() => {})
}
