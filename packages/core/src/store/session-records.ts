import type { CallOptions } from '../call-options.ts'
import type { JsonObject } from '../json.ts'
import type { Owner } from '../owner.ts'
import type { Page, PageOptions, SessionRef, WriteOptions } from './refs.ts'

/** The states a user sees. */
export type SessionStatus = 'active' | 'paused' | 'archived' | 'closed'

/** When a session expires: both are lengths, null is never. */
export interface SessionExpiry {
  /** Without activity for so long. */
  readonly idleMs: number | null
  /** After its creation, whatever happens. */
  readonly absoluteMs: number | null
}

/** A session as a store keeps it. All but `data` is plain to the server; `data` is opaque. */
export interface StoredSession {
  readonly id: string
  readonly owner: Owner
  /** The caller's own name for it, unique for the owner. */
  readonly key: string | null
  /** `pending` sessions are being made: they hold a place under the limits, and nobody can find them by a list. */
  readonly status: SessionStatus | 'pending'
  /** Grows by one with every change of the record; activity is no change. */
  readonly version: number
  readonly tags: readonly string[]
  readonly data: JsonObject
  readonly expiry: SessionExpiry
  readonly activeChatId: string | null
  readonly chatCount: number
  readonly createdAt: number
  readonly updatedAt: number
  readonly lastActiveAt: number
  /** The instant from which on it is expired; null is never. */
  readonly expiresAt: number | null
}

/** A session to be created. */
export interface NewStoredSession {
  readonly id: string
  readonly owner: Owner
  readonly key: string | null
  readonly tags: readonly string[]
  readonly data: JsonObject
  readonly expiry: SessionExpiry
  /** Makes it `pending`, expiring so long after its last write unless it leaves that state. Null makes it `active`. */
  readonly pendingMs: number | null
  /** @default the store's clock */
  readonly createdAt?: number | undefined
}

/** How many sessions may be active, paused or pending (and not expired) at once. Null is any number. */
export interface SessionQuotas {
  readonly store: number | null
  readonly org: number | null
  readonly user: number | null
}

/** Under which conditions a session is created. */
export interface CreateSessionOptions extends CallOptions {
  readonly quotas: SessionQuotas
  /** What to do if the owner has a session of this key: fail, or answer that one. */
  readonly ifKeyTaken: 'reject' | 'open'
}

/** What of a session is to change; what is left out stays. */
export interface SessionChange {
  readonly status?: SessionStatus | undefined
  readonly tags?: readonly string[] | undefined
  readonly data?: JsonObject | undefined
}

/** Under which conditions a session is changed. */
export interface UpdateSessionOptions extends WriteOptions {
  readonly expectedVersion: number
  /** Checked when the change makes the session count again, as restoring an archived one does. */
  readonly quotas: SessionQuotas
}

/** Which sessions are meant. Without `orgId` it is all of them. */
export interface SessionQuery {
  readonly orgId?: string | undefined
  /** Needs `orgId`. */
  readonly userId?: string | undefined
  readonly status?: SessionStatus | undefined
}

/** Which sessions are counted. */
export interface CountSessionsQuery extends Omit<SessionQuery, 'status'> {
  /** `pending`, which no list has, needs `userId`. @default all but pending ones */
  readonly status?: SessionStatus | 'pending' | undefined
}

/** Which sessions to list, and in which order. */
export interface ListSessionsQuery extends SessionQuery {
  readonly tag?: string | undefined
  /**
   * Newest created first (`created`), or last active first by the minute (`active`; needs `userId`). Ties by id, newest
   * first. By `created`, a session that is there throughout is listed exactly once, whatever else happens meanwhile.
   *
   * @default 'created'
   */
  readonly order?: 'created' | 'active' | undefined
}

/** An expired session that one process may now clean up. */
export interface ClaimedSession {
  readonly session: StoredSession
  /** Hand it to `removeExpired`. */
  readonly claim: string
}

/** How many expired sessions to claim, and for how long. */
export interface ClaimOptions extends CallOptions {
  readonly limit: number
  readonly leaseMs: number
  /** Only this session. @default any */
  readonly only?: SessionRef | undefined
}

/**
 * Where sessions live. One method is one atomic step: it lands whole or not at all.
 *
 * Expiry is judged by the store's own clock: a session is expired from exactly `expiresAt` on. Every method that reads
 * or writes an expired one throws `SESSION_EXPIRED` until it is removed; lists and counts leave it out at once.
 * Activity sets `lastActiveAt` to now and `expiresAt` to now + idleMs if that is later, never past the absolute end.
 * What is `pending` expires `pendingMs` after its last write, of whatever kind, and no turn begins in it (`SESSION_NOT_FOUND`).
 * The order of creation is that of the ids. Values handed in are copied; values handed out are frozen or the caller's own.
 */
export interface SessionRecords {
  /**
   * Creates a session, or answers the one that has its key. Its id is what makes a repeat safe: a session of this id and
   * owner is answered as `created` again.
   *
   * @throws {@link SessError} `SESSION_LIMIT_REACHED`, `SESSION_EXISTS` (key or id taken). Nothing was written.
   * @throws {@link SessError} `SESSION_EXPIRED` if the session that has the key is expired and not removed yet.
   */
  createSession(
    session: NewStoredSession,
    options: CreateSessionOptions,
  ): Promise<{ readonly session: StoredSession; readonly created: boolean }>

  /** The session, or null if this owner has none of this id. */
  getSession(ref: SessionRef, options?: CallOptions): Promise<StoredSession | null>

  /** The session of this id, whoever owns it, or null. For trusted callers. */
  findSession(id: string, options?: CallOptions): Promise<StoredSession | null>

  /**
   * Changes a session that is still at `expectedVersion`. Which change of state is legal, the caller knows.
   * Leaving `pending` sets `expiresAt` anew, as on creation.
   *
   * @throws {@link SessError} `SESSION_NOT_FOUND`, `VERSION_CONFLICT`, `SESSION_LIMIT_REACHED`. Nothing was written.
   */
  updateSession(ref: SessionRef, change: SessionChange, options: UpdateSessionOptions): Promise<StoredSession>

  /**
   * Counts as activity. With `expiresInMs` it sets `expiresAt` to now + that instead, also to an earlier instant, but not
   * past the absolute end. Works in every state. @throws {@link SessError} `SESSION_NOT_FOUND`.
   */
  touchSession(
    ref: SessionRef,
    options?: CallOptions & { readonly expiresInMs?: number | undefined },
  ): Promise<StoredSession>

  /** Removes a session and all it has, also an expired one. Resolves to whether there was one. */
  deleteSession(ref: SessionRef, options: WriteOptions): Promise<boolean>

  /**
   * A page of the sessions that are neither pending nor expired. A page may hold fewer than `limit` although more
   * follow: only a null cursor is the end.
   *
   * @throws {@link SessError} `CURSOR_INVALID`.
   */
  listSessions(query: ListSessionsQuery, options?: PageOptions): Promise<Page<StoredSession>>

  /** How many there are that are not expired, from counters or an index. For one user it is exact. */
  countSessions(query: CountSessionsQuery, options?: CallOptions): Promise<number>

  /**
   * Claims up to `limit` expired sessions, or only the one that is named, for `leaseMs`: nobody else is given them before
   * the lease ends, and everybody may be after it.
   */
  claimExpired(options: ClaimOptions): Promise<readonly ClaimedSession[]>

  /** Removes a claimed session and all it has. False if it is gone, or the claim passed to somebody else. */
  removeExpired(ref: SessionRef, claim: string, options?: CallOptions): Promise<boolean>

  /**
   * Makes sessions that had no activity for `idleMs` or longer expire now, each checked and changed in one step.
   *
   * @returns their ids. A page may be empty although more follow: only a null cursor is the end.
   */
  expireIdle(idleMs: number, options?: PageOptions): Promise<Page<string>>
}
