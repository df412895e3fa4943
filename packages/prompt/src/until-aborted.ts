/** Settles like `work`, or rejects with the signal's reason as soon as it is aborted. The work itself goes on unheard. */
export function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    // A signal may outlive thousands of calls, so none leaves its listener behind.
    const settle = () => signal.removeEventListener('abort', abort)
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject)
    work.then(settle, settle)
  })
}
