import type { CallOptions } from '../call-options.ts'
import type { JsonObject } from '../json.ts'
import type { SessionStatus } from './session-records.ts'

/** What a store can and cannot do. The conformance suite reads it, and tests the opposite where something is absent. */
export interface StoreSupports {
  /** What was acknowledged survives the end of this process. */
  readonly durable: boolean
  /** Other processes see the same data. */
  readonly shared: boolean
  /** Limits and counts of an organisation and of the whole store are exact, as those of a user are everywhere. */
  readonly exactOrgCounts: boolean
}

/** How a store is. */
export interface StoreHealth {
  /**
   * Whether reading and writing work now. What only threatens, as a policy that evicts or memory that runs full, is a problem of a
   * store that is ok.
   */
  readonly ok: boolean
  /** The store's clock. */
  readonly now: number
  readonly latencyMs: number
  /** What is wrong, in sentences an operator can act on. Empty if nothing is. */
  readonly problems: readonly string[]
  /** Figures of this kind of store: memory, pool, server version. */
  readonly details: JsonObject
}

/** Figures over all sessions that are neither pending nor expired. */
export interface StoreStats {
  readonly sessions: Readonly<Record<SessionStatus, number>>
  readonly users: number
  readonly chats: number
  readonly messages: number
  /** `createdAt` of the first session in the order of creation. */
  readonly oldestSessionAt: number | null
  /** `createdAt` of the last one. */
  readonly newestSessionAt: number | null
  /**
   * Exact for a user. For an organisation and the store to the minute, unless the store has `exactOrgCounts` and could look at all
   * sessions that were active in the newest minute: MySQL looks at 200.
   */
  readonly lastActiveAt: number | null
}

/** Over what figures are taken. Without `orgId` it is the whole store. */
export interface StatsScope {
  readonly orgId?: string | undefined
  /** Needs `orgId`. */
  readonly userId?: string | undefined
}

/** How a store is opened, looked at and closed. */
export interface StoreLifecycle {
  readonly supports: StoreSupports

  /** Connects and checks what it finds. Every other method does it too; this one makes the error come early. */
  open(options?: CallOptions): Promise<void>

  /** Asks the server; a server that is down is an answer (`ok: false`), not an error. */
  health(options?: CallOptions): Promise<StoreHealth>

  /** From counters or bounded reads, never by reading every session. */
  stats(scope: StatsScope, options?: CallOptions): Promise<StoreStats>

  /** Finishes what is under way and closes what the store opened itself. Later calls throw `CLOSED`; closing again does not. */
  close(): Promise<void>
}
