import { orAbort } from '@sess/core'

/** Waits, but not longer than until `signal` aborts. Does not keep the process. */
export async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (delayMs === 0) return
  let timer: ReturnType<typeof setTimeout> | undefined
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, delayMs)
    timer.unref()
  })
  try {
    await orAbort(waited, signal)
  } finally {
    clearTimeout(timer)
  }
}
