import { orAbort, type SessError } from '@sess/core'
import { Deadline } from './deadline.ts'
import { type Delivery, delivery } from './delivery.ts'
import type { McpProgress } from './mcp-driver.ts'

export interface AttemptLimits {
  readonly idleMs: number
  readonly totalMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: McpProgress) => void) | undefined
}

export interface Attempt {
  /** Aborts when nobody waits any more. Made for this attempt alone. */
  readonly signal: AbortSignal
  readonly delivery: Delivery
}

/** Why there is no result, and what is known of the request by then. */
export interface AttemptFailure {
  readonly error: unknown
  /** The caller gave up, the time was over, or the library rejected. */
  readonly by: 'abort' | 'time' | 'library'
  readonly waitedMs: number
  readonly delivery: Delivery
}

/**
 * Runs one exchange with a server under our own timers, and under an abort controller of its own: the library leaves a listener on
 * a signal for each request, and when it aborts, it cancels all that have long been answered.
 *
 * @throws what `toError` makes of the failure.
 */
export async function attempt<Result>(
  { idleMs, totalMs, signal, onProgress }: AttemptLimits,
  run: (attempt: Attempt) => Promise<Result>,
  toError: (failure: AttemptFailure) => unknown,
): Promise<Result> {
  signal?.throwIfAborted()
  const controller = new AbortController()
  const failure: { by: AttemptFailure['by']; waitedMs: number; error?: SessError } = { by: 'library', waitedMs: 0 }
  const current: Delivery = {
    sent: false,
    answered: false,
    refusal: undefined,
    resumable: false,
    progress: (progress) => {
      deadline.extend()
      onProgress?.(progress)
    },
    finish: () => {},
    fail: (error) => {
      failure.error = error
      controller.abort()
    },
  }
  const onAbort = (): void => {
    failure.by = 'abort'
    controller.abort()
  }
  const deadline = new Deadline({ idleMs, totalMs }, (waitedMs) => {
    failure.by = 'time'
    failure.waitedMs = waitedMs
    controller.abort()
  })
  signal?.addEventListener('abort', onAbort)
  try {
    const result = delivery.run(current, async () => {
      return await run({ signal: controller.signal, delivery: current })
    })
    // A library that does not react to its signal is not waited for.
    return await orAbort(result, controller.signal)
  } catch (error) {
    // Makes the library forget a request that could not be sent; it would keep it.
    controller.abort()
    throw toError({ error, ...failure, delivery: current })
  } finally {
    deadline.stop()
    signal?.removeEventListener('abort', onAbort)
    current.finish()
  }
}
