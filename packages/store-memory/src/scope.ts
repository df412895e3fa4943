import type { ActivityKey, IdKey, Scope, SessionEntry } from './entries.ts'
import { SortedList } from './sorted-list.ts'

export function newScope(parent: Scope | null): Scope {
  return {
    parent,
    byId: new SortedList(compareIds),
    byActivity: new SortedList(compareActivity),
    counts: { pending: 0, active: 0, paused: 0, archived: 0, closed: 0 },
    users: 0,
    chats: 0,
    messages: 0,
    lastActiveAt: -1,
  }
}

/** Adds an unexpired session. A pending one is counted, but in no list. */
export function enterScopes(entry: SessionEntry): void {
  const first = entry.status !== 'pending' && entry.user.scope.byId.first === undefined
  for (let scope: Scope | null = entry.user.scope; scope !== null; scope = scope.parent) {
    scope.counts[entry.status]++
    if (entry.status === 'pending') continue
    scope.byId.add(entry)
    scope.byActivity.add(entry)
    if (first) scope.users++
    scope.chats += entry.chatCount
    scope.messages += entry.messageCount
    if (entry.lastActiveAt > scope.lastActiveAt) scope.lastActiveAt = entry.lastActiveAt
  }
}

/** Takes a session out that expires, goes or changes its status. */
export function leaveScopes(entry: SessionEntry): void {
  const { byId } = entry.user.scope
  const only = entry.status !== 'pending' && byId.first === byId.last
  for (let scope: Scope | null = entry.user.scope; scope !== null; scope = scope.parent) {
    scope.counts[entry.status]--
    if (entry.status === 'pending') continue
    scope.byId.remove(entry)
    scope.byActivity.remove(entry)
    if (only) scope.users--
    scope.chats -= entry.chatCount
    scope.messages -= entry.messageCount
    if (entry.lastActiveAt === scope.lastActiveAt) scope.lastActiveAt = -1
  }
}

/** Counts chats and messages that came or went. */
export function countContent(entry: SessionEntry, chats: number, messages: number): void {
  entry.chatCount += chats
  entry.messageCount += messages
  if (entry.status === 'pending') return
  for (let scope: Scope | null = entry.user.scope; scope !== null; scope = scope.parent) {
    scope.chats += chats
    scope.messages += messages
  }
}

/** Notes that a session was active at `now`. Its place in the lists changes once a minute at most. */
export function moveByActivity(entry: SessionEntry, now: number): void {
  const before = entry.lastActiveAt
  const activeMinute = Math.floor(now / 60_000)
  const listed = entry.status !== 'pending'
  if (listed && activeMinute !== entry.activeMinute) {
    for (let scope: Scope | null = entry.user.scope; scope !== null; scope = scope.parent)
      scope.byActivity.remove(entry)
    entry.activeMinute = activeMinute
    for (let scope: Scope | null = entry.user.scope; scope !== null; scope = scope.parent) scope.byActivity.add(entry)
  }
  entry.activeMinute = activeMinute
  entry.lastActiveAt = now
  if (!listed) return
  for (let scope: Scope | null = entry.user.scope; scope !== null; scope = scope.parent) {
    if (now >= scope.lastActiveAt) scope.lastActiveAt = now
    else if (before === scope.lastActiveAt) scope.lastActiveAt = -1
  }
}

/** When the last activity of any session in it was. */
export function latestActivity(scope: Scope): number | null {
  const newest = scope.byActivity.last
  if (newest === undefined) return null
  if (scope.lastActiveAt >= 0) return scope.lastActiveAt
  for (const entry of scope.byActivity.descending()) {
    if (entry.activeMinute !== newest.activeMinute) break
    if (entry.lastActiveAt > scope.lastActiveAt) scope.lastActiveAt = entry.lastActiveAt
  }
  return scope.lastActiveAt
}

export function compareIds(a: IdKey, b: IdKey): number {
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1
}

function compareActivity(a: ActivityKey, b: ActivityKey): number {
  return a.activeMinute - b.activeMinute || compareIds(a, b)
}
