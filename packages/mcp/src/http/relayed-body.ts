export interface BodyWatcher {
  /** May throw: the body then ends with that error, for its reader as for its sender. */
  readonly onChunk?: (chunk: Uint8Array) => void
  /** Once: it ended, was cancelled by its reader, or failed. */
  readonly onEnd?: (failure?: unknown) => void
}

/** The same body, watched on its way. Nothing is read ahead of its reader. */
export function relayedBody(body: ReadableStream<Uint8Array>, watcher: BodyWatcher): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (!done) {
            watcher.onChunk?.(value)
            controller.enqueue(value)
            return
          }
        } catch (error) {
          controller.error(error)
          watcher.onEnd?.(error)
          // Says to the sender that nobody reads on; after an error of its own it has no effect.
          await reader.cancel(error).catch(() => {})
          return
        }
        controller.close()
        watcher.onEnd?.()
      },
      async cancel(reason) {
        watcher.onEnd?.()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}
