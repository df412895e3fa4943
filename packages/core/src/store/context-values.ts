import type { CallOptions } from '../call-options.ts'
import type { JsonValue } from '../json.ts'
import type { SessionRef, WriteOptions } from './refs.ts'

/** The limits that context values are set under. */
export interface SetContextOptions extends WriteOptions {
  /** Keys at most in the session, null is any number. */
  readonly maxKeys: number | null
  /** Bytes at most of all keys and values as UTF-8 JSON, null is any number. */
  readonly maxBytes: number | null
}

/** Key → JSON value, per session. Writes need an active (or pending) session and count as activity. */
export interface ContextValues {
  /** The value, or undefined if there is none. @throws {@link SessError} `SESSION_NOT_FOUND`. */
  getContext(session: SessionRef, key: string, options?: CallOptions): Promise<JsonValue | undefined>

  /** All entries, in the order of their keys' UTF-16 units. @throws {@link SessError} `SESSION_NOT_FOUND`. */
  listContext(session: SessionRef, options?: CallOptions): Promise<readonly (readonly [string, JsonValue])[]>

  /** Sets values, all or none. @throws {@link SessError} `CONTEXT_LIMIT_REACHED`. Nothing was written. */
  setContext(
    session: SessionRef,
    entries: readonly (readonly [string, JsonValue])[],
    options: SetContextOptions,
  ): Promise<void>

  /** Removes a value. Resolves to whether there was one. */
  deleteContext(session: SessionRef, key: string, options: WriteOptions): Promise<boolean>
}
