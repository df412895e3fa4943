import { chatDataPlace, type StoredChat } from '@sess/core'
import type { ChatEntry } from './entries.ts'
import { readKept } from './kept.ts'

/** The record of a chat, the caller's own; what is in it is frozen. */
export function chatRecord(chat: ChatEntry): StoredChat {
  const { log } = chat
  return {
    id: chat.id,
    sessionId: chat.session.id,
    key: chat.key,
    version: chat.version,
    data: readKept(chat.session.codec, chat.data, chatDataPlace(chat.id)),
    maxMessages: chat.maxMessages,
    overflow: chat.overflow,
    createdAt: chat.createdAt,
    updatedAt: chat.updatedAt,
    firstSeq: log.firstSeq,
    lastSeq: log.lastSeq,
    lastMessageAt: chat.lastMessageAt,
    openCalls: log.openCalls,
    turnExpiresAt: chat.turnRuns ? chat.leaseEndsAt : null,
    turnCount: chat.turnCount,
    responseMsTotal: chat.responseMsTotal,
    recentResponseMs: chat.recentResponseMs,
  }
}

/** Whether a turn holds its lease. */
export function turnHolds(chat: ChatEntry, now: number): boolean {
  return chat.turnRuns && now < chat.leaseEndsAt
}
