import type { Owner } from '@sess/core'
import type { ChatEntry, IdKey, OrgEntry, Scope, SessionEntry, UserEntry } from './entries.ts'
import { RecencyList } from './recency-list.ts'
import { compareIds, enterScopes, leaveScopes, newScope } from './scope.ts'
import { SortedList } from './sorted-list.ts'

/** All that a memory store keeps. */
export interface MemoryState {
  readonly sessions: Map<string, SessionEntry>
  readonly chats: Map<string, ChatEntry>
  readonly orgs: Map<string, OrgEntry>
  readonly scope: Scope
  /** Sessions that can expire, by when they have to be looked at. */
  readonly due: SortedList<DueKey, SessionEntry>
  /** Expired sessions, by when they may be claimed. */
  readonly lapsed: SortedList<DueKey, SessionEntry>
  /** Sessions with keys, in whatever state. */
  readonly keyed: SortedList<IdKey, SessionEntry>
  /** Operations that deleted a session, oldest first. */
  readonly deletions: Map<string, Deletion>
  readonly capacity: Capacity
}

interface DueKey extends IdKey {
  readonly dueAt: number
}

interface Deletion {
  readonly sessionId: string
  readonly deletedAt: number
}

interface Capacity {
  /** Infinity is any number. */
  readonly maxSessions: number
  /** Unexpired sessions by their last use, if the least recently used one makes room. */
  readonly recency: RecencyList<SessionEntry> | null
}

export function newMemoryState(maxSessions: number, evicts: boolean): MemoryState {
  return {
    sessions: new Map(),
    chats: new Map(),
    orgs: new Map(),
    scope: newScope(null),
    due: new SortedList(compareDue),
    lapsed: new SortedList(compareDue),
    keyed: new SortedList(compareIds),
    deletions: new Map(),
    capacity: { maxSessions, recency: evicts ? new RecencyList() : null },
  }
}

/** What this owner has, or nothing yet. It is kept from the first session on until the last one is removed. */
export function userOf(state: MemoryState, owner: Owner): UserEntry {
  const org = state.orgs.get(owner.orgId) ?? { scope: newScope(state.scope), users: new Map() }
  return org.users.get(owner.userId) ?? { owner, org, scope: newScope(org.scope), keys: null, records: 0 }
}

/** Puts a new session into all lists. */
export function insertSession(state: MemoryState, entry: SessionEntry): void {
  const { user, key } = entry
  if (user.records++ === 0) {
    state.orgs.set(user.owner.orgId, user.org)
    user.org.users.set(user.owner.userId, user)
  }
  if (key !== null) {
    user.keys ??= new Map()
    user.keys.set(key, entry)
  }
  state.sessions.set(entry.id, entry)
  if (entry.keys !== null) state.keyed.add(entry)
  if (entry.dueAt !== Infinity) state.due.add(entry)
  enterScopes(entry)
  state.capacity.recency?.use(entry)
}

/** Takes a session out of the lists of those that live. It can be claimed from now on. */
export function lapseSession(state: MemoryState, entry: SessionEntry): void {
  leaveLists(state, entry)
  entry.lapsed = true
  entry.dueAt = entry.expiresAt
  state.lapsed.add(entry)
}

/** Forgets a session and all it has. */
export function removeSession(state: MemoryState, entry: SessionEntry): void {
  const { user, key } = entry
  if (entry.lapsed) state.lapsed.remove(entry)
  else leaveLists(state, entry)
  dropContent(state, entry)
  state.sessions.delete(entry.id)
  if (entry.keys !== null) state.keyed.remove(entry)
  if (key !== null) user.keys?.delete(key)
  if (--user.records > 0) return
  user.org.users.delete(user.owner.userId)
  if (user.org.users.size === 0) state.orgs.delete(user.owner.orgId)
}

/** Forgets what a session holds, and keeps its record. */
export function dropContent(state: MemoryState, entry: SessionEntry): void {
  for (const chat of entry.chats?.ascending() ?? []) state.chats.delete(chat.id)
  entry.chats = null
  entry.chatKeys = null
  entry.context = null
  entry.contextBytes = 0
}

/** The lists and figures of a query, or undefined if there is nothing in it. */
export function findScope(
  state: MemoryState,
  orgId: string | undefined,
  userId: string | undefined,
): Scope | undefined {
  if (orgId === undefined) return state.scope
  const org = state.orgs.get(orgId)
  return userId === undefined ? org?.scope : org?.users.get(userId)?.scope
}

function leaveLists(state: MemoryState, entry: SessionEntry): void {
  leaveScopes(entry)
  if (entry.dueAt !== Infinity) state.due.remove(entry)
  state.capacity.recency?.remove(entry)
}

function compareDue(a: DueKey, b: DueKey): number {
  return a.dueAt - b.dueAt || compareIds(a, b)
}
