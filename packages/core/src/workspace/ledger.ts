import { orAbort } from '../abort.ts'
import { SessError } from '../errors.ts'
import type { WorkspaceUsage } from './measure.ts'
import type { WorkspaceLimits } from './workspace-limits.ts'

/** After this time the workspace is counted anew before something is written: other programs write too. */
const maxAgeMs = 60_000

/** A process that wrote this part of a limit counts anew before it writes more. */
const uncountedPart = 1 / 64

/**
 * What one process knows of how full a workspace is. Its changes happen one after the other. What others write shows when the
 * workspace is counted; in between, a process relies on its own sums for at most 1/64 of each limit. As whatever is written
 * is there in full size before it is counted, n processes that write at once are over a limit by (n - 1)/64 of it at most.
 */
export class Ledger {
  readonly #limits: WorkspaceLimits
  #last: Promise<unknown> = Promise.resolve()
  #running = 0
  #used: WorkspaceUsage = { bytes: 0, entries: 0 }
  #uncounted: WorkspaceUsage = { bytes: 0, entries: 0 }
  #countedAt: number | null = null

  constructor(limits: WorkspaceLimits) {
    this.#limits = limits
  }

  /** Does `work` when all that was begun before is done. An abort ends the wait, not the work. */
  async inTurn<Value>(signal: AbortSignal | undefined, work: () => Promise<Value>): Promise<Value> {
    const before = this.#last
    this.#running++
    const mine = orAbort(before, signal).then(work)
    this.#last = Promise.allSettled([before, mine]).then(() => this.#running--)
    return await mine
  }

  /**
   * Makes room for what is on the disk already, in full size, but will go again if this throws. What goes, then or later, is not taken
   * off the sum: who knows whether it was counted? It makes room at the next count, and nothing is refused without one.
   *
   * @param added what there is more now; `replaced` what of that will take the place of something else.
   * @param count counts the whole workspace.
   * @throws {@link SessError} `WORKSPACE_QUOTA`.
   */
  async reserve(added: WorkspaceUsage, replaced: WorkspaceUsage, count: () => Promise<WorkspaceUsage>): Promise<void> {
    const known = sum(this.#used, difference(added, replaced))
    const uncounted = sum(this.#uncounted, added)
    if (!this.isStale && !this.#isMuch(uncounted) && this.#exceeded(known) === null) {
      this.#used = known
      this.#uncounted = uncounted
      return
    }
    const startedAt = performance.now()
    const counted = difference(await count(), replaced)
    this.#used = counted
    this.#uncounted = { bytes: 0, entries: 0 }
    this.#countedAt = startedAt
    const exceeded = this.#exceeded(counted)
    if (exceeded !== null) throw exceeded
  }

  /** Forgets what was counted. */
  forget(): void {
    this.#countedAt = null
  }

  /** Whether it has to be counted before it is of any use. */
  get isStale(): boolean {
    return this.#countedAt === null || performance.now() - this.#countedAt > maxAgeMs
  }

  /** Whether nothing is lost with it. */
  get isIdle(): boolean {
    return this.#running === 0 && this.isStale
  }

  #isMuch({ bytes, entries }: WorkspaceUsage): boolean {
    return bytes > this.#limits.maxBytes * uncountedPart || entries > this.#limits.maxEntries * uncountedPart
  }

  #exceeded({ bytes, entries }: WorkspaceUsage): SessError | null {
    const { maxBytes, maxEntries } = this.#limits
    if (bytes > maxBytes) return quotaExceeded('bytes', maxBytes)
    return entries > maxEntries ? quotaExceeded('entries', maxEntries) : null
  }
}

/** The error for a limit that is reached. */
export function quotaExceeded(unit: 'bytes' | 'entries' | 'bytes-per-file', limit: number): SessError {
  return new SessError('WORKSPACE_QUOTA', `the workspace would have more than ${limit} ${unit}`, { unit, limit })
}

function sum(a: WorkspaceUsage, b: WorkspaceUsage): WorkspaceUsage {
  return { bytes: a.bytes + b.bytes, entries: a.entries + b.entries }
}

function difference(a: WorkspaceUsage, b: WorkspaceUsage): WorkspaceUsage {
  return { bytes: a.bytes - b.bytes, entries: a.entries - b.entries }
}
