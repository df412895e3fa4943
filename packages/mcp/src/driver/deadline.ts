/** When a wait is over: some time after its last sign of life, and after a total in any case. Its timers are ours, not a library's. */
export class Deadline {
  readonly #idleMs: number
  readonly #onOver: (waitedMs: number) => void
  readonly #total: NodeJS.Timeout | undefined
  #idle: NodeJS.Timeout

  constructor(
    limits: { readonly idleMs: number; readonly totalMs?: number | undefined },
    onOver: (waitedMs: number) => void,
  ) {
    this.#idleMs = limits.idleMs
    this.#onOver = onOver
    this.#idle = setTimeout(onOver, limits.idleMs, limits.idleMs)
    if (limits.totalMs !== undefined) this.#total = setTimeout(onOver, limits.totalMs, limits.totalMs)
  }

  /** A sign of life: the idle time begins anew. */
  extend(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(this.#onOver, this.#idleMs, this.#idleMs)
  }

  stop(): void {
    clearTimeout(this.#idle)
    clearTimeout(this.#total)
  }
}
