import type { AppendResult, JsonObject, Overflow, StoredChat } from '@sess/core'
import type { ChatLog } from './chat-log.ts'
import type { SessionEntry } from './session-entry.ts'

/** A chat as it is kept. */
export interface ChatEntry {
  readonly id: string
  readonly session: SessionEntry
  readonly key: string | null
  readonly createdAt: number
  readonly log: ChatLog
  version: number
  data: JsonObject
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

/** The record of a chat, the caller's own; what is in it is frozen. */
export function chatRecord(chat: ChatEntry): StoredChat {
  const { log } = chat
  return {
    id: chat.id,
    sessionId: chat.session.id,
    key: chat.key,
    version: chat.version,
    data: chat.data,
    maxMessages: chat.maxMessages,
    overflow: chat.overflow,
    createdAt: chat.createdAt,
    updatedAt: chat.updatedAt,
    firstSeq: log.firstSeq,
    lastSeq: log.lastSeq,
    lastMessageAt: chat.lastMessageAt,
    openCalls: log.openCalls,
    turnCount: chat.turnCount,
    responseMsTotal: chat.responseMsTotal,
    recentResponseMs: chat.recentResponseMs,
  }
}

/** Whether a turn holds its lease. */
export function turnHolds(chat: ChatEntry, now: number): boolean {
  return chat.turnRuns && now < chat.leaseEndsAt
}
