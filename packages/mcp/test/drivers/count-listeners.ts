/** Counts the listeners on a signal from now on. */
export function countListeners(signal: AbortSignal): () => number {
  let count = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = ((...args: Parameters<typeof add>) => {
    count += 1
    add(...args)
  }) as never
  signal.removeEventListener = ((...args: Parameters<typeof remove>) => {
    count -= 1
    remove(...args)
  }) as never
  return () => count
}
