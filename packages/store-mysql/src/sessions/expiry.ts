import { never } from '../sql/sql-builder.ts'
import type { Status } from './status.ts'

/** What decides when a session expires. */
export interface Lifetime {
  readonly status: Status
  readonly idleMs: number | null
  readonly pendingMs: number
  readonly endsAt: number
  lastActiveAt: number
  expiresAt: number
}

/** When a session expires that lives for `lengthMs` from now on: never past its absolute end. */
export function expiryAfter(endsAt: number, lengthMs: number | null, now: number): number {
  return lengthMs === null ? endsAt : Math.min(now + lengthMs, endsAt)
}

/** Counts as activity: the session expires later, if its idle time says so. */
export function recordActivity(session: Lifetime, now: number): void {
  session.lastActiveAt = now
  slideExpiry(session, now)
}

/** A write that is no activity only keeps a session that is being made from expiring. */
export function recordStructureWrite(session: Lifetime, now: number): void {
  if (session.status === 'pending') slideExpiry(session, now)
}

function slideExpiry(session: Lifetime, now: number): void {
  const lengthMs = session.status === 'pending' ? session.pendingMs : session.idleMs
  if (lengthMs === null) return
  session.expiresAt = Math.max(session.expiresAt, expiryAfter(session.endsAt, lengthMs, now))
}

/** The minute by which lists by activity and the search for expired sessions sort. Fits an unsigned INT. */
export function minuteOf(instant: number): number {
  return instant === never ? lastMinute : Math.max(0, Math.min(lastMinute, Math.floor(instant / 60_000)))
}

const lastMinute = 4_294_967_295
