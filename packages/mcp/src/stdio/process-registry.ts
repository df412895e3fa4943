import { SessError } from '@sess/core'
import { forgetAtExit, killAtExit } from './exit-hook.ts'

export interface ProcessRegistryOptions {
  /** How many programs may run at the same time. @default 64 */
  readonly maxProcesses?: number | undefined
}

/** Knows every program that was started for a connection, so that there are not too many and none is left behind. */
export class ProcessRegistry {
  readonly #maxProcesses: number
  #places = 0

  constructor(options: ProcessRegistryOptions = {}) {
    this.#maxProcesses = options.maxProcesses ?? 64
  }

  /** How many places are taken by this process. */
  get size(): number {
    return this.#places
  }

  /**
   * Takes a place for a program that is about to be started.
   *
   * @throws {@link SessError} `MCP_LIMIT` if all are taken. Nothing was started.
   */
  async enter(): Promise<ProcessPlace> {
    if (this.#places >= this.#maxProcesses) throw full(this.#maxProcesses)
    this.#places += 1
    let group: number | undefined
    let left = false
    return {
      started: (groupId) => {
        group = groupId
        killAtExit(groupId, () => {})
      },
      leave: () => {
        if (left) return
        left = true
        this.#places -= 1
        if (group !== undefined) forgetAtExit(group)
      },
    }
  }
}

export interface ProcessPlace {
  /** The program runs, as the leader of its own process group. */
  started(groupId: number): void
  /** It was not started, or nobody of its group is left. Idempotent. */
  leave(): void
}

function full(limit: number): SessError {
  return new SessError('MCP_LIMIT', `No more than ${limit} processes of MCP servers may run`, {
    limit,
    unit: 'processes',
  })
}
