import type { AppendResult, JsonObject, Overflow, StoredChat } from '@sess/core'
import { numberOrNull } from '../sessions/session-state.ts'
import { idText } from '../sql/bytes.ts'
import { decodeData, decodePayload } from '../sql/payload.ts'
import type { ChatRow } from './chat-statements.ts'

/** A chat as it was read. Methods change a copy, and what differs is written. */
export interface ChatState {
  readonly id: string
  readonly key: Buffer
  readonly sessionKey: Buffer
  readonly callerKey: string | null
  readonly createdAt: number
  /** What its messages are filed under. */
  readonly log: Buffer
  version: number
  updatedAt: number
  data: JsonObject
  turns: TurnFigures
  operations: readonly ChatOperation[]
  maxMessages: number | null
  overflow: Overflow
  firstSeq: number
  lastSeq: number
  beginningSeq: number
  markedSeq: number
  openCalls: number
  lastMessageAt: number | null
  /** The newest fence, 0 before the first turn. */
  fence: number
  /** The turn that holds or held the newest fence. */
  turnId: Buffer | null
  /** It has not ended. */
  turnRuns: boolean
  leaseEndsAt: number
  interrupted: boolean
}

interface TurnFigures {
  readonly count: number
  readonly totalMs: number
  readonly recentMs: readonly number[]
}

/** An operation that changed the chat, with what it answered. */
export interface ChatOperation {
  readonly id: string
  readonly result: AppendResult | null
}

export function chatState(row: ChatRow): ChatState {
  return {
    id: idText(row.chat_id),
    key: row.chat_id,
    sessionKey: row.session_id,
    callerKey: row.chat_key === null ? null : row.chat_key.toString('utf8'),
    createdAt: Number(row.chat_created_at),
    log: row.log_id,
    version: Number(row.chat_version),
    updatedAt: Number(row.chat_updated_at),
    data: decodeData(row.chat_data, null),
    turns: decodePayload(row.turn_figures) as unknown as TurnFigures,
    operations: decodePayload(row.chat_operations) as unknown as readonly ChatOperation[],
    maxMessages: numberOrNull(row.max_messages),
    overflow: row.overflow === 1 ? 'reject' : 'trim-oldest',
    firstSeq: Number(row.first_seq),
    lastSeq: Number(row.last_seq),
    beginningSeq: Number(row.beginning_seq),
    markedSeq: Number(row.marked_seq),
    openCalls: Number(row.open_calls),
    lastMessageAt: numberOrNull(row.last_message_at),
    fence: Number(row.fence),
    turnId: row.turn_id,
    turnRuns: row.turn_runs === 1,
    leaseEndsAt: Number(row.lease_ends_at),
    interrupted: row.interrupted === 1,
  }
}

/** The record of a chat: frozen inside, the caller's own outside. */
export function chatRecord(chat: ChatState): StoredChat {
  return {
    id: chat.id,
    sessionId: idText(chat.sessionKey),
    key: chat.callerKey,
    version: chat.version,
    data: chat.data,
    maxMessages: chat.maxMessages,
    overflow: chat.overflow,
    createdAt: chat.createdAt,
    updatedAt: chat.updatedAt,
    firstSeq: chat.firstSeq,
    lastSeq: chat.lastSeq,
    lastMessageAt: chat.lastMessageAt,
    openCalls: chat.openCalls,
    turnExpiresAt: chat.turnRuns ? chat.leaseEndsAt : null,
    turnCount: chat.turns.count,
    responseMsTotal: chat.turns.totalMs,
    recentResponseMs: chat.turns.recentMs,
  }
}

/** Whether a turn holds its lease. */
export function turnHolds(chat: Pick<ChatState, 'turnRuns' | 'leaseEndsAt'>, now: number): boolean {
  return chat.turnRuns && now < chat.leaseEndsAt
}
