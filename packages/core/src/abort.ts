/** Waits for `promise`, but not longer than until `signal` aborts: then rejects with its reason. */
export async function orAbort<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return await promise
  let stop: () => void = () => {}
  const aborted = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    stop = () => signal.removeEventListener('abort', abort)
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    stop()
  }
}

/** The values of `source` until `signal` aborts. A source that does not react to its return is left behind. */
export async function* untilAbort<Value>(
  source: AsyncIterable<Value>,
  signal: AbortSignal,
): AsyncGenerator<Value, void, undefined> {
  const iterator = source[Symbol.asyncIterator]()
  let left = false
  // Not awaited: an agent that hangs would hang its turn.
  const leave = (): void => {
    if (left) return
    left = true
    void (async () => await iterator.return?.())().catch(() => {})
  }
  // Also while nobody asks for the next value.
  signal.addEventListener('abort', leave, { once: true })
  try {
    for (;;) {
      signal.throwIfAborted()
      const next = await orAbort(iterator.next(), signal)
      if (next.done === true) {
        left = true
        return
      }
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', leave)
    leave()
  }
}

/** Waits `delayMs`. Rejects with the signal's reason if it aborts first. */
export async function sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    await orAbort(
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, delayMs)
      }),
      signal,
    )
  } finally {
    clearTimeout(timer)
  }
}

/** Keeps a timer from holding a Node process open; elsewhere timers do not. */
export function unref(timer: unknown): void {
  if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
    timer.unref()
}
