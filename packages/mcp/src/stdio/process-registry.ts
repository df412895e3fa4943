import { setTimeout as sleep } from 'node:timers/promises'
import { SessError } from '@sess/core'
import { forgetAtExit, killAtExit } from './exit-hook.ts'
import type { ProcessRecord } from './process-record.ts'
import { RuntimeFolder } from './runtime-folder.ts'

/** How many programs there may be, and where a registry notes them. */
export interface ProcessRegistryOptions {
  /** How many programs may run at the same time: of this process, and with a `runtimeFolder` of all that use it. @default 64 */
  readonly maxProcesses?: number | undefined
  /**
   * An absolute path of a folder that only we can write to, the same for all processes of the application on this machine; made if
   * it is missing. With it, programs that a killed process has left are ended by the next one. Linux only. @default none
   */
  readonly runtimeFolder?: string | undefined
}

/** A place for one program. */
export interface ProcessPlace {
  /** The program runs, as the leader of its own process group. */
  started(groupId: number): void
  /** It was not started, or nobody of its group is left. Idempotent. */
  leave(): void
}

/** How often a full machine is looked at again: two that take the last place at once both see one too many. */
const attempts = 4

/** Knows every program that was started for a connection, so that there are not too many and none is left behind. */
export class ProcessRegistry {
  readonly #maxProcesses: number
  readonly #runtimeFolder: string | undefined
  #folder: RuntimeFolder | undefined
  #places = 0

  constructor(options: ProcessRegistryOptions = {}) {
    this.#maxProcesses = options.maxProcesses ?? 64
    this.#runtimeFolder = options.runtimeFolder
  }

  /** How many places are taken by this process. */
  get size(): number {
    return this.#places
  }

  /**
   * Ends what killed processes have left. Every {@link enter} does so too.
   *
   * @returns how many programs were ended.
   */
  reap(): number {
    return this.#open()?.sweep().reaped ?? 0
  }

  /**
   * Takes a place for a program that is about to be started.
   *
   * @throws {@link SessError} `MCP_LIMIT` if all are taken. Nothing was started.
   */
  async enter(): Promise<ProcessPlace> {
    if (this.#places >= this.#maxProcesses) throw full(this.#maxProcesses)
    this.#places += 1
    try {
      return this.#place(await this.#announce())
    } catch (error) {
      this.#places -= 1
      throw error
    }
  }

  async #announce(): Promise<ProcessRecord | undefined> {
    const folder = this.#open()
    if (folder === undefined) return undefined
    for (let attempt = 1; ; attempt++) {
      const record = folder.announce()
      if (folder.sweep().running <= this.#maxProcesses) return record
      folder.forget(record)
      if (attempt === attempts) throw full(this.#maxProcesses)
      await sleep(Math.random() * 20 * attempt)
    }
  }

  #place(announced: ProcessRecord | undefined): ProcessPlace {
    let record = announced
    let group: number | undefined
    let isTaken = true
    const forget = (): void => {
      if (record !== undefined) this.#folder?.forget(record)
    }
    return {
      started: (groupId) => {
        group = groupId
        killAtExit(groupId, forget)
        if (record !== undefined) record = this.#folder?.started(record, groupId)
      },
      leave: () => {
        if (!isTaken) return
        isTaken = false
        this.#places -= 1
        if (group !== undefined) forgetAtExit(group)
        forget()
      },
    }
  }

  #open(): RuntimeFolder | undefined {
    if (this.#runtimeFolder !== undefined) this.#folder ??= RuntimeFolder.open(this.#runtimeFolder)
    return this.#folder
  }
}

function full(limit: number): SessError {
  return new SessError('MCP_LIMIT', `No more than ${limit} processes of MCP servers may run`, {
    limit,
    unit: 'processes',
  })
}
