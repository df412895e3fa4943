import type { JsonObject, JsonValue, Owner, SessionExpiry, StoredSession } from '@sess/core'
import type { ChatEntry } from './chat-entry.ts'
import type { Scope } from './scope.ts'
import type { SortedList } from './sorted-list.ts'

/** What an organisation has. */
export interface OrgEntry {
  readonly scope: Scope
  readonly users: Map<string, UserEntry>
}

/** What an owner has. */
export interface UserEntry {
  readonly owner: Owner
  readonly org: OrgEntry
  readonly scope: Scope
  /** Sessions by the keys their callers chose, also expired ones; null before the first. */
  keys: Map<string, SessionEntry> | null
  /** Sessions there are, also expired and pending ones. */
  records: number
}

/** A session as it is kept. What it may never need is null until it does. */
export interface SessionEntry {
  readonly id: string
  readonly user: UserEntry
  readonly key: string | null
  readonly expiry: SessionExpiry
  readonly pendingMs: number
  readonly createdAt: number
  status: StoredSession['status']
  version: number
  tags: readonly string[]
  data: JsonObject
  activeChatId: string | null
  chatCount: number
  messageCount: number
  updatedAt: number
  lastActiveAt: number
  /** The minute of `lastActiveAt`, by which it is listed. */
  activeMinute: number
  /** Infinity is never. */
  expiresAt: number
  /** Where the expiry lists have it: not later than `expiresAt`, or the end of the claim's lease. */
  dueAt: number
  /** It left all lists and counts, and waits to be removed. */
  lapsed: boolean
  claim: string | null
  /** Oldest first. */
  chats: SortedList<{ readonly id: string }, ChatEntry> | null
  chatKeys: Map<string, ChatEntry> | null
  context: Map<string, ContextEntry> | null
  contextBytes: number
  /** Ids of the last operations, oldest first. */
  operations: string[] | null
  older: SessionEntry | null
  newer: SessionEntry | null
}

export interface ContextEntry {
  readonly value: JsonValue
  readonly bytes: number
}

/** The record of a session, the caller's own; what is in it is frozen. */
export function sessionRecord(entry: SessionEntry): StoredSession {
  return {
    id: entry.id,
    owner: entry.user.owner,
    key: entry.key,
    status: entry.status,
    version: entry.version,
    tags: entry.tags,
    data: entry.data,
    expiry: entry.expiry,
    activeChatId: entry.activeChatId,
    chatCount: entry.chatCount,
    createdAt: entry.createdAt,
    updatedAt: entry.updatedAt,
    lastActiveAt: entry.lastActiveAt,
    expiresAt: entry.expiresAt === Infinity ? null : entry.expiresAt,
  }
}

export function isExpired(entry: SessionEntry, now: number): boolean {
  return entry.lapsed || now >= entry.expiresAt
}

/** Notes a change of the record. */
export function recordChanged(entry: SessionEntry, now: number): void {
  entry.version++
  entry.updatedAt = now
}

/** When a session expires that lives for `lengthMs` from now on: never past its absolute end. */
export function expiryAfter(
  entry: Pick<SessionEntry, 'createdAt' | 'expiry'>,
  lengthMs: number | null,
  now: number,
): number {
  const { absoluteMs } = entry.expiry
  const absoluteEnd = absoluteMs === null ? Infinity : entry.createdAt + absoluteMs
  return lengthMs === null ? absoluteEnd : Math.min(now + lengthMs, absoluteEnd)
}
