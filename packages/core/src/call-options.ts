/** Accepted by every call that waits, always in the last argument. */
export interface CallOptions {
  /** Gives up waiting and rejects with `signal.reason`. A write that was already sent may still land. */
  readonly signal?: AbortSignal | undefined
}
