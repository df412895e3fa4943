import { constants } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { AuditEvent, AuditLog } from '../audit-log.ts'
import { invalidArgument, SessError } from '../errors.ts'
import { AuditChain, type AuditChainOptions, type ChainEntry } from './audit-chain.ts'
import { chainFileName, chainsIn, headOf } from './chain-files.ts'

export interface FileAuditOptions extends AuditChainOptions {
  /** From so many bytes on, the next file is begun. @default 67_108_864 */
  readonly maxFileBytes?: number | undefined
  /** `disk`: an event is kept when the disk has it. `system`: when the operating system has it. @default 'disk' */
  readonly durability?: 'disk' | 'system' | undefined
  /** Events that may wait to be written; more are refused, and the log says how many. @default 10_000 */
  readonly maxWaiting?: number | undefined
}

interface Waiting {
  readonly entry: ChainEntry
  readonly kept: () => void
  readonly refused: (error: unknown) => void
}

/** Other chains whose heads a new chain notes, so that what is cut off or taken away of them is missed. */
const maxNotedHeads = 32

/**
 * An audit log in a folder of files of JSON lines, each line sealed together with the one before. Any number of processes may use
 * one folder: each writes a chain of its own, in files that only its owner may read. Close it after the manager.
 */
export function fileAudit(folder: string, options: FileAuditOptions): FileAudit {
  return new FileAudit(folder, options)
}

export class FileAudit implements AuditLog {
  readonly #folder: string
  readonly #chain: AuditChain
  readonly #maxFileBytes: number
  readonly #isSynced: boolean
  readonly #maxWaiting: number
  #waiting: Waiting[] = []
  #writing: Promise<void> | null = null
  #file: { readonly handle: FileHandle; bytes: number } | null = null
  #files = 0
  #lost = 0
  #closed = false

  /** Writes nothing yet. @throws {@link SessError} `INVALID_ARGUMENT` naming the option. */
  constructor(folder: string, options: FileAuditOptions) {
    const { maxFileBytes = 67_108_864, durability = 'disk', maxWaiting = 10_000 } = options
    if (typeof folder !== 'string' || folder === '') throw invalidArgument('folder', 'must be a path')
    if (durability !== 'disk' && durability !== 'system')
      throw invalidArgument('durability', "must be 'disk' or 'system'")
    for (const [field, value] of Object.entries({ maxFileBytes, maxWaiting }))
      if (!Number.isSafeInteger(value) || value < 1) throw invalidArgument(field, 'must be a whole number from 1 up')
    this.#folder = resolve(folder)
    this.#chain = new AuditChain(options)
    this.#maxFileBytes = maxFileBytes
    this.#isSynced = durability === 'disk'
    this.#maxWaiting = maxWaiting
  }

  /** The name of this writer's chain, and of its files. */
  get chain(): string {
    return this.#chain.id
  }

  /**
   * Resolves once the event is kept. Events that come while others are being written go together, in order.
   *
   * @throws {@link SessError} `CLOSED`; `AUDIT_FAILED` with the error of the file system as its cause. The event is not in the log; the next
   * one that is kept says how many were lost.
   */
  async record(event: AuditEvent): Promise<void> {
    if (this.#closed) throw new SessError('CLOSED', 'the audit log was closed', {})
    if (this.#waiting.length >= this.#maxWaiting) {
      this.#lost++
      throw notKept(event.type, 'too many events wait to be written')
    }
    const entry = { ...event, at: Date.now() }
    const keeping = new Promise<void>((kept, refused) => this.#waiting.push({ entry, kept, refused }))
    this.#writing ??= this.#writeAll()
    await keeping
  }

  /** Writes what waits, and closes the file. Later events are refused; closing again does nothing. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#writing
    const file = this.#file
    this.#file = null
    await file?.handle.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        await this.#write(batch.map(({ entry }) => entry))
        for (const { kept } of batch) kept()
      } catch (cause) {
        this.#lost += batch.length
        for (const { entry, refused } of batch) refused(notKept(entry.type, 'the file system refused', cause))
      }
    }
    this.#writing = null
  }

  /** All of it, or nothing: a line that stands there half would end the chain. */
  async #write(events: readonly ChainEntry[]): Promise<void> {
    this.#file ??= await this.#nextFile()
    const file = this.#file
    const { head } = this.#chain
    const at = events[0]?.at ?? Date.now()
    const opening = head.seq === 0 ? [ofTheLog('chain-started', { heads: await this.#otherHeads() }, at)] : []
    const lost = this.#lost
    const gap = lost === 0 ? [] : [ofTheLog('records-lost', { count: lost }, at)]
    const { lines, head: next } = this.#chain.seal([...opening, ...gap, ...events])
    const bytes = Buffer.from(`${lines.join('\n')}\n`)
    try {
      await file.handle.appendFile(bytes)
      if (this.#isSynced) await file.handle.datasync()
    } catch (error) {
      // What may stand there half is left behind: an end without its line end is none, and the next file goes on.
      this.#file = null
      await undone(file)
      throw error
    }
    file.bytes += bytes.length
    this.#lost -= lost
    this.#chain.advance(next)
    if (file.bytes >= this.#maxFileBytes) {
      this.#file = null
      await file.handle.close()
    }
  }

  async #nextFile(): Promise<{ readonly handle: FileHandle; bytes: number }> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants
    const path = join(this.#folder, chainFileName(this.#chain.id, this.#files + 1))
    const handle = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), 0o600)
    this.#files++
    return { handle, bytes: 0 }
  }

  async #otherHeads(): Promise<Record<string, readonly [number, string]>> {
    const heads: Record<string, readonly [number, string]> = {}
    const others = (await chainsIn(this.#folder)).filter(({ chain }) => chain !== this.#chain.id)
    for (const other of others.slice(-maxNotedHeads)) {
      const head = await headOf(other)
      if (head !== null) heads[other.chain] = [head.seq, head.mac]
    }
    return heads
  }
}

async function undone({ handle, bytes }: { readonly handle: FileHandle; readonly bytes: number }): Promise<void> {
  try {
    await handle.truncate(bytes)
  } finally {
    await handle.close()
  }
}

function ofTheLog(type: 'chain-started' | 'records-lost', details: ChainEntry['details'], at: number): ChainEntry {
  return { type, owner: null, actor: null, sessionId: null, chatId: null, outcome: 'ok', details, at }
}

function notKept(event: string, problem: string, cause?: unknown): SessError<'AUDIT_FAILED'> {
  return new SessError('AUDIT_FAILED', `the audit log did not keep ${event}: ${problem}`, { event }, { cause })
}
