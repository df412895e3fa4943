import type { Overflow } from '@sess/core'
import { minuteOf } from '../sessions/expiry.ts'
import { type Status, statusOf } from '../sessions/status.ts'
import type { RowValue } from '../sql/row-list.ts'
import { noChat } from '../sql/sql-builder.ts'
import type { HeadRow } from './head-row.ts'
import type { LogState, Mark } from './log-state.ts'
import type { Draft } from './stored-message.ts'

/** A session in a flush: as it was read, then as the calls before have changed it. */
export interface SessionHead {
  readonly key: Buffer
  readonly owner: Buffer
  readonly org: Buffer
  readonly status: Status
  readonly idleMs: number | null
  readonly pendingMs: number
  readonly endsAt: number
  readonly chats: Map<string, ChatHead>
  readonly activeMinute: number
  readonly dueMinute: number
  lastActiveAt: number
  expiresAt: number
  /** Messages it has more than before. */
  messages: number
  isChanged: boolean
}

export interface ChatHead extends LogState {
  readonly key: Buffer
  readonly maxMessages: number | null
  readonly overflow: Overflow
  readonly fence: number
  readonly turnRuns: boolean
  /** `firstSeq` as it was read. */
  readonly oldFirstSeq: number
  /** What the flush adds, by id, and by seq. */
  readonly added: Map<string, AddedMessage>
  readonly marks: Map<number, Mark>
  lastMessageAt: number | null
  isChanged: boolean
}

export interface AddedMessage {
  readonly seq: number
  readonly draft: Draft
  readonly row: readonly RowValue[]
}

/** A row of the message table, in the order of its columns. */
export function messageRow(
  log: Buffer,
  seq: number,
  { id, role, results, body }: Draft,
  createdAt: number,
  openBefore: number,
): AddedMessage['row'] {
  return [log, seq, id, role, createdAt, openBefore, results, body]
}

export interface Heads {
  readonly sessions: ReadonlyMap<string, SessionHead>
  /** The server's clock when all were locked. */
  readonly now: number
}

export function headsOf(rows: readonly HeadRow[]): Heads {
  const sessions = new Map<string, SessionHead>()
  let now = 0
  // In the order of the keys: the row of a session comes before those of its chats.
  for (const row of rows) {
    now = Math.max(now, row.now)
    const key = headKey(row.session_id)
    if (row.chat_id.equals(noChat)) sessions.set(key, sessionHead(row))
    else sessions.get(key)?.chats.set(headKey(row.chat_id), chatHead(row))
  }
  return { sessions, now }
}

export function headKey(bytes: Buffer): string {
  return bytes.toString('latin1')
}

function sessionHead(row: HeadRow): SessionHead {
  const { last_active_at: lastActiveAt, expires_at: expiresAt } = row
  return {
    key: row.session_id,
    owner: row.owner,
    org: row.org,
    status: statusOf(row.status),
    idleMs: row.idle_ms,
    pendingMs: row.pending_ms,
    endsAt: row.ends_at,
    chats: new Map(),
    activeMinute: minuteOf(lastActiveAt),
    dueMinute: minuteOf(expiresAt),
    lastActiveAt,
    expiresAt,
    messages: 0,
    isChanged: false,
  }
}

function chatHead(row: HeadRow): ChatHead {
  const firstSeq = row.first_seq
  return {
    key: row.chat_id,
    log: row.log_id,
    maxMessages: row.max_messages,
    overflow: row.overflow === 1 ? 'reject' : 'trim-oldest',
    fence: row.fence,
    turnRuns: row.turn_runs === 1,
    oldFirstSeq: firstSeq,
    added: new Map(),
    marks: new Map(),
    firstSeq,
    lastSeq: row.last_seq,
    beginningSeq: row.beginning_seq,
    markedSeq: row.marked_seq,
    openCalls: row.open_calls,
    lastMessageAt: row.last_message_at,
    isChanged: false,
  }
}

/** What is added and not trimmed at once. */
export function keptMessages({ sessions }: Heads): AddedMessage[] {
  return [...sessions.values()].flatMap(({ chats }) =>
    [...chats.values()].flatMap(({ added, firstSeq }) => [...added.values()].filter(({ seq }) => seq >= firstSeq)),
  )
}
