import { SessError, type SessionQuotas } from '@sess/core'
import { turnHolds } from './chat-entry.ts'
import type { Scope, SessionEntry, UserEntry } from './entries.ts'
import { expireNow } from './expiry.ts'
import { dropContent, type MemoryState, removeSession } from './memory-state.ts'
import type { RecencyList } from './recency-list.ts'

/** Whether sessions of this status take a place under the limits. */
export function isCounted(status: SessionEntry['status']): boolean {
  return status === 'active' || status === 'paused' || status === 'pending'
}

/** @throws {@link SessError} `SESSION_LIMIT_REACHED` unless one more session of this user fits. The narrowest limit speaks first. */
export function assertQuotas(state: MemoryState, user: UserEntry, quotas: SessionQuotas): void {
  assertRoom('user', user.scope, quotas.user)
  assertRoom('org', user.org.scope, quotas.org)
  assertRoom('store', state.scope, quotas.store)
}

/**
 * Makes room for one more record. If the least recently used session has to go, it expires at once and loses what it
 * holds; its record waits for the sweep, so that what belongs to it outside the store can be destroyed. As many
 * records as there may be sessions can wait; then the one that waited longest is forgotten.
 *
 * @throws {@link SessError} `SESSION_LIMIT_REACHED` if nothing may go.
 */
export function makeRoom(state: MemoryState, now: number): void {
  const { maxSessions, recency } = state.capacity
  if (recency === null) {
    if (state.sessions.size >= maxSessions) throw limitReached('store', maxSessions)
    return
  }
  if (countLiving(state.scope) >= maxSessions) {
    const entry = leastRecentlyUsed(recency, now)
    if (entry === null) throw limitReached('store', maxSessions)
    expireNow(state, entry, now)
    dropContent(state, entry)
  }
  while (state.sessions.size - countLiving(state.scope) > maxSessions && state.lapsed.first !== undefined) {
    removeSession(state, state.lapsed.first)
  }
}

/** Unexpired sessions, pending ones included. */
export function countLiving(scope: Scope): number {
  const { pending, active, paused, archived, closed } = scope.counts
  return pending + active + paused + archived + closed
}

/** A session whose agent is at work is in use: it is passed over, and counted as used. */
function leastRecentlyUsed(recency: RecencyList<SessionEntry>, now: number): SessionEntry | null {
  let passedOver: SessionEntry | null = null
  for (let entry = recency.oldest; entry !== null && entry !== passedOver; entry = recency.oldest) {
    if (!isAtWork(entry, now)) return entry
    recency.use(entry)
    passedOver ??= entry
  }
  return null
}

function isAtWork(entry: SessionEntry, now: number): boolean {
  for (const chat of entry.chats?.ascending() ?? []) if (turnHolds(chat, now)) return true
  return false
}

function assertRoom(name: 'store' | 'org' | 'user', scope: Scope, limit: number | null): void {
  const { active, paused, pending } = scope.counts
  if (limit !== null && active + paused + pending >= limit) throw limitReached(name, limit)
}

function limitReached(scope: 'store' | 'org' | 'user', limit: number): SessError {
  const where = { store: 'in the store', org: 'per organisation', user: 'per user' }[scope]
  return new SessError('SESSION_LIMIT_REACHED', `at most ${limit} sessions are allowed ${where}`, { scope, limit })
}
