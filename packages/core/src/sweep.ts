import { unref } from './abort.ts'
import type { CallOptions } from './call-options.ts'
import { assertKnownKeys } from './checked-fields.ts'
import { invalidArgument, isSessError } from './errors.ts'
import { claimLeaseMs, cleanUp } from './expire-session.ts'
import { checkedDuration } from './expiry.ts'
import type { ManagerParts } from './manager-parts.ts'
import { toSessionRecord } from './session-record.ts'
import type { SessionRef } from './store/refs.ts'
import type { StoredSession } from './store/session-records.ts'

/** When a manager sweeps by itself. */
export interface CleanupSettings {
  /** Between two sweeps, ± 10 %, so that processes that start together do not sweep together. @default 3_600_000 */
  readonly intervalMs: number
  /** Sessions that are claimed at a time. 1 to 1,000. @default 100 */
  readonly batchSize: number
}

/** What a sweep did. */
export interface SweepResult {
  /** Sessions that were cleaned up and removed. */
  readonly expired: number
  /** Sessions whose clean-up failed; it is repeated after a minute, by whoever sweeps then. */
  readonly failed: number
}

/** Sessions that are cleaned up at the same time: slow resources hold up few others, and a store can remove some in one step. */
const cleanedTogether = 50

const defaultCleanup: CleanupSettings = Object.freeze({ intervalMs: 3_600_000, batchSize: 100 })

/** The settings with defaults filled in. @throws {@link SessError} `INVALID_ARGUMENT` naming the field. */
export function checkedCleanup(cleanup: Partial<CleanupSettings>): CleanupSettings {
  assertKnownKeys(cleanup, Object.keys(defaultCleanup), 'cleanup')
  const merged = { ...defaultCleanup, ...cleanup }
  checkedDuration(merged.intervalMs, 'cleanup.intervalMs')
  const { batchSize } = merged
  if (!Number.isSafeInteger(batchSize) || batchSize < 1 || batchSize > 1_000)
    throw invalidArgument('cleanup.batchSize', 'must be a whole number from 1 to 1,000')
  return Object.freeze(merged)
}

/** Cleans up all sessions that are expired and not claimed by anybody, and tells of each whether it is gone. */
export async function sweep(
  parts: ManagerParts,
  batchSize: number,
  options: CallOptions = {},
  onCleaned: (session: StoredSession, gone: boolean) => void = () => {},
): Promise<SweepResult> {
  const startedAt = performance.now()
  let expired = 0
  let failed = 0
  for (;;) {
    const claims = await parts.store.claimExpired({ ...options, limit: batchSize, leaseMs: claimLeaseMs })
    await eachOf(claims, cleanedTogether, async (claimed) => {
      options.signal?.throwIfAborted()
      const removed = await cleanUp(parts, claimed).catch((error: unknown) => {
        parts.logger.warn({ sessionId: claimed.session.id, error }, 'an expired session could not be cleaned up')
        return false
      })
      // Its owner may have deleted it meanwhile.
      const gone = removed || !(await isThere(parts, claimed.session))
      if (removed) expired++
      else if (!gone) failed++
      onCleaned(claimed.session, gone)
    })
    if (claims.length < batchSize) break
  }
  await releaseGone(parts, options)
  parts.announcer.tell('sweep-ended', { expired, failed, durationMs: Math.round(performance.now() - startedAt) })
  return { expired, failed }
}

/** Does `work` for each, so many at a time. After a failure it rejects, but not before all that began has ended. */
async function eachOf<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values()
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item)
  }
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, worker))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

async function isThere(parts: ManagerParts, { id, owner }: StoredSession): Promise<boolean> {
  return await parts.store.getSession({ id, owner }).then(
    (session) => session !== null,
    () => true,
  )
}

/** Gives back what this process holds for sessions that another one closed or cleaned up. */
async function releaseGone(parts: ManagerParts, options: CallOptions): Promise<void> {
  // Whether a session is over is for the store to say; this clock only says when it is worth a question.
  for (const held of parts.resources.heldPast(Date.now())) {
    try {
      const session = await unexpired(parts, held, options)
      if (session === null || session.status === 'closed') await parts.resources.release(held)
      else parts.resources.heldStill(toSessionRecord(session))
    } catch (error) {
      options.signal?.throwIfAborted()
      parts.logger.warn({ sessionId: held.id, error }, 'a session that is held could not be looked up')
    }
  }
}

async function unexpired(parts: ManagerParts, ref: SessionRef, options: CallOptions): Promise<StoredSession | null> {
  try {
    return await parts.store.getSession({ id: ref.id, owner: ref.owner }, options)
  } catch (error) {
    if (isSessError(error, 'SESSION_EXPIRED')) return null
    throw error
  }
}

/** Runs `work` again and again, never twice at a time. @returns the function that stops it and waits for the last run. */
export function repeat(
  work: () => Promise<unknown>,
  intervalMs: number,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<unknown> = Promise.resolve()
  let stopped = false
  const schedule = (): void => {
    if (stopped) return
    // Longer than 2^31 - 1 ms, a timer fires at once.
    timer = setTimeout(run, Math.min(intervalMs * (0.9 + Math.random() / 5), 2_147_483_647))
    unref(timer)
  }
  const run = (): void => {
    running = work().catch(onError).then(schedule)
  }
  schedule()
  return async () => {
    stopped = true
    clearTimeout(timer)
    await running
  }
}
