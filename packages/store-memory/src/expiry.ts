import { type ClaimedSession, type ClaimOptions, newId, sameOwner } from '@sess/core'
import type { SessionEntry } from './entries.ts'
import { lapseSession, type MemoryState } from './memory-state.ts'
import { moveByActivity } from './scope.ts'
import { expiryAfter, isExpired, sessionRecord } from './session-entry.ts'

/** Counts as activity: the session expires later, if its idle time says so. */
export function recordActivity(state: MemoryState, entry: SessionEntry, now: number): void {
  moveByActivity(entry, now)
  slideExpiry(state, entry, now)
}

/** A write that is no activity only keeps a session that is being made from expiring. */
export function recordStructureWrite(state: MemoryState, entry: SessionEntry, now: number): void {
  if (entry.status === 'pending') slideExpiry(state, entry, now)
}

export function setExpiry(state: MemoryState, entry: SessionEntry, expiresAt: number): void {
  entry.expiresAt = expiresAt
  // Most changes are to later: then its place is found out of date when it comes up, and not at every activity.
  if (expiresAt >= entry.dueAt) return
  moveDue(state, entry)
}

/** Takes every session that expired out of lists, counts and quotas. Called before any of them is looked at. */
export function lapseExpired(state: MemoryState, now: number): void {
  for (let entry = state.due.first; entry !== undefined && entry.dueAt <= now; entry = state.due.first) {
    if (isExpired(entry, now)) lapseSession(state, entry)
    else moveDue(state, entry)
  }
}

/** Makes a session expire now. */
export function expireNow(state: MemoryState, entry: SessionEntry, now: number): void {
  entry.expiresAt = now
  lapseSession(state, entry)
}

export function claimExpired(
  state: MemoryState,
  { limit, leaseMs, only }: ClaimOptions,
  now: number,
): ClaimedSession[] {
  lapseExpired(state, now)
  if (only !== undefined) {
    const entry = state.sessions.get(only.id)
    const isDue = entry?.lapsed && entry.dueAt <= now && sameOwner(entry.user.owner, only.owner)
    return isDue && limit > 0 ? [claimSession(state, entry, leaseMs, now)] : []
  }
  const claimed: ClaimedSession[] = []
  for (let entry = state.lapsed.first; entry !== undefined && entry.dueAt <= now; entry = state.lapsed.first) {
    if (claimed.length >= limit) break
    claimed.push(claimSession(state, entry, leaseMs, now))
  }
  return claimed
}

function claimSession(state: MemoryState, entry: SessionEntry, leaseMs: number, now: number): ClaimedSession {
  const claim = newId()
  state.lapsed.remove(entry)
  entry.claim = claim
  entry.dueAt = now + leaseMs
  state.lapsed.add(entry)
  return { session: sessionRecord(entry), claim }
}

function slideExpiry(state: MemoryState, entry: SessionEntry, now: number): void {
  const lengthMs = entry.status === 'pending' ? entry.pendingMs : entry.expiry.idleMs
  if (lengthMs === null) return
  const expiresAt = expiryAfter(entry, lengthMs, now)
  if (expiresAt > entry.expiresAt) setExpiry(state, entry, expiresAt)
}

function moveDue(state: MemoryState, entry: SessionEntry): void {
  if (entry.dueAt !== Infinity) state.due.remove(entry)
  entry.dueAt = entry.expiresAt
  if (entry.dueAt !== Infinity) state.due.add(entry)
}
