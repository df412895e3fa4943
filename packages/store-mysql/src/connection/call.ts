import type { CallOptions } from '@sess/core'

/** One call of a store method, however often it is tried. */
export interface Call {
  readonly signal: AbortSignal | undefined
  /** When the caller is answered at the latest, by `performance.now()`. */
  readonly deadlineAt: number
}

export function newCall(options: CallOptions | undefined, timeoutMs: number): Call {
  return { signal: options?.signal, deadlineAt: performance.now() + timeoutMs }
}

/** Milliseconds until the deadline, 0 after it. */
export function timeLeft(call: Call): number {
  return Math.max(0, call.deadlineAt - performance.now())
}

/** The deadline passed while something was waited for. */
export class DeadlineError extends Error {
  override readonly name: string = 'DeadlineError'
}

/**
 * Waits for `promise`, but not past the deadline, nor past an abort: then rejects with the signal's reason. What is
 * waited for goes on; its later failure is nobody's any more.
 */
export async function within<Value>(call: Call, promise: Promise<Value>): Promise<Value> {
  const { signal } = call
  let stop: () => void = () => {}
  const given = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal?.reason)
    const timer = setTimeout(() => reject(new DeadlineError('the time for the call is over')), timeLeft(call))
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
    stop = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
  })
  try {
    return await Promise.race([promise, given])
  } finally {
    stop()
  }
}
