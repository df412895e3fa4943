import type {
  AppendResult,
  Overflow,
  Owner,
  SessionCodec,
  SessionExpiry,
  SessionStatus,
  StoredSession,
} from '@sess/core'
import type { ChatLog } from './chat-log.ts'
import type { Kept, KeptData } from './kept.ts'
import type { SortedList } from './sorted-list.ts'

// In one file, as each of them leads to the others.

/** All sessions, those of an organisation or those of a user: lists and figures. Expired ones are in neither. */
export interface Scope {
  /** What this one is part of: the organisation of a user, the store of an organisation. */
  readonly parent: Scope | null
  readonly byId: SortedList<IdKey, SessionEntry>
  readonly byActivity: SortedList<ActivityKey, SessionEntry>
  readonly counts: Record<SessionStatus | 'pending', number>
  /** Owners with a session in the lists. */
  users: number
  chats: number
  messages: number
  /** The latest activity; -1 if it must be looked up, because the session that had it left. */
  lastActiveAt: number
}

export interface IdKey {
  readonly id: string
}

export interface ActivityKey extends IdKey {
  readonly activeMinute: number
}

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
  data: KeptData
  /** What encodes all that is said in it; null if nothing does. */
  codec: SessionCodec | null
  keys: Uint8Array | null
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
  readonly value: Kept
  readonly bytes: number
}

/** A chat as it is kept. */
export interface ChatEntry {
  readonly id: string
  readonly session: SessionEntry
  readonly key: string | null
  readonly createdAt: number
  readonly log: ChatLog
  version: number
  data: KeptData
  maxMessages: number | null
  overflow: Overflow
  updatedAt: number
  lastMessageAt: number | null
  /** The newest fence, 0 before the first turn. */
  fence: number
  /** The turn that holds or held the newest fence. */
  turnId: string | null
  /** It has not ended. */
  turnRuns: boolean
  leaseEndsAt: number
  interrupted: boolean
  turnCount: number
  responseMsTotal: number
  recentResponseMs: readonly number[]
  /** The last operations with what they answered, oldest first. */
  operations: ChatOperation[] | null
}

export interface ChatOperation {
  readonly id: string
  readonly result: AppendResult | null
}
