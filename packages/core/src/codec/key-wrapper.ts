import type { CallOptions } from '../call-options.ts'
import type { CodecSession } from '../codec.ts'

/** What a wrapped key belongs to. A key service that can should bind it. */
export interface KeyContext extends CodecSession {
  /** Which of the session's keys it is. */
  readonly epoch: number
}

/** A key service, or a key: it wraps the data keys of sessions. */
export interface KeyWrapper {
  /** `key` in a form that only `unwrap` can read. */
  wrap(key: Uint8Array, context: KeyContext, options?: CallOptions): Promise<Uint8Array>
  /** The 32 bytes that were wrapped. @throws any error if it cannot, or the context is another one. */
  unwrap(wrapped: Uint8Array, context: KeyContext, options?: CallOptions): Promise<Uint8Array>
}
