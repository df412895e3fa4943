import type { CallOptions } from '../call-options.ts'
import type { Owner } from '../owner.ts'

/** Names a session together with its owner: a store answers another owner's session as if it did not exist. */
export interface SessionRef {
  readonly id: string
  readonly owner: Owner
}

/** Names a chat together with its session. */
export interface ChatRef {
  readonly id: string
  readonly session: SessionRef
}

/** Accepted by every write that a repeat must not do twice. */
export interface WriteOptions extends CallOptions {
  /**
   * A UUID made once for what the caller means to do. Repeating a call with it, after an unknown outcome, does nothing
   * more and answers what the first did. A session and a chat each remember their last 16.
   */
  readonly operationId: string
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[]
  /** Hand it to the next call; null after the last page. */
  readonly nextCursor: string | null
}

/** Which page of a list. */
export interface PageOptions extends CallOptions {
  /** Items at most. 1 to 200. @default 20 */
  readonly limit?: number | undefined
  /** `nextCursor` of the page before. @default the first page */
  readonly cursor?: string | undefined
}
