import type { CallOptions } from '../call-options.ts'
import type { Page, PageOptions, SessionRef } from './refs.ts'

/** The keys of a session, as its codec made them. Opaque to the store. */
export interface StoredKeys {
  readonly session: SessionRef
  readonly keys: Uint8Array
}

/**
 * The keys of the sessions of a store that has a codec. They are part of a session's record: made with it, gone with it. They can be
 * read and changed in every state, also when the session has expired, and that is no activity and no change of the record.
 */
export interface SessionKeys {
  /** Null if the session has none. @throws {@link SessError} `SESSION_NOT_FOUND`. */
  getKeys(session: SessionRef, options?: CallOptions): Promise<Uint8Array | null>

  /**
   * Puts `keys` in the place of `expected`; null is none. Repeating it after an unknown outcome is safe.
   *
   * @returns false if there are others by now. Nothing was written then.
   * @throws {@link SessError} `SESSION_NOT_FOUND`.
   */
  replaceKeys(
    session: SessionRef,
    expected: Uint8Array | null,
    keys: Uint8Array,
    options?: CallOptions,
  ): Promise<boolean>

  /**
   * A page of the sessions that have keys, also of pending and expired ones. A session that is there throughout is listed at least
   * once. A page may have some more than `limit`, or none although more follow: only a null cursor is the end.
   *
   * @throws {@link SessError} `CURSOR_INVALID`.
   */
  listKeys(options?: PageOptions): Promise<Page<StoredKeys>>
}
