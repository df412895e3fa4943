import type { Message } from './message.ts'
import type { Owner } from './owner.ts'
import type { StoredChat } from './store/chat-records.ts'
import type { SessionStatus, StoredSession } from './store/session-records.ts'
import type { StoreHealth, StoreStats } from './store/store-lifecycle.ts'

/** Figures of one chat. */
export interface ChatStats {
  readonly chatId: string
  readonly messageCount: number
  readonly createdAt: number
  readonly lastMessageAt: number | null
  readonly lastMessage: Message | null
  /** Turns that were completed. */
  readonly turnCount: number
  /** Over all completed turns, null before the first. */
  readonly averageResponseMs: number | null
  /** Over the last 50 completed turns, null before the first. */
  readonly p95ResponseMs: number | null
  /** Of the last 50 completed turns, oldest first. */
  readonly recentResponseMs: readonly number[]
}

/** Figures of one session, over its chats. */
export interface SessionStats {
  readonly sessionId: string
  readonly status: SessionStatus
  readonly chatCount: number
  readonly messageCount: number
  readonly turnCount: number
  readonly averageResponseMs: number | null
  readonly createdAt: number
  readonly lastActiveAt: number
  readonly expiresAt: number | null
}

/** Figures of a whole store or of a part of it. */
export interface SystemStats extends StoreStats {
  readonly totalSessions: number
  /** 0 where there is nothing to divide by. */
  readonly chatsPerSession: number
  readonly messagesPerChat: number
}

/** Figures of one user, over the sessions that are neither pending nor expired. */
export interface UserReport extends Omit<SystemStats, 'users'> {
  readonly owner: Owner
}

/** How a store and the process of a manager are. */
export interface ManagerHealth {
  readonly ok: boolean
  readonly store: StoreHealth
  /** Turns that run in this process, and sends that wait for one. */
  readonly turns: { readonly running: number; readonly waiting: number }
}

/** The figures in the record of a chat. */
export function chatStats(chat: StoredChat, lastMessage: Message | null): ChatStats {
  return Object.freeze({
    chatId: chat.id,
    messageCount: chat.lastSeq - chat.firstSeq + 1,
    createdAt: chat.createdAt,
    lastMessageAt: chat.lastMessageAt,
    lastMessage,
    turnCount: chat.turnCount,
    averageResponseMs: average(chat.responseMsTotal, chat.turnCount),
    p95ResponseMs: percentile(chat.recentResponseMs, 0.95),
    recentResponseMs: chat.recentResponseMs,
  })
}

/** The figures of a session from its record and those of its chats. */
export function sessionStats(session: StoredSession, chats: readonly StoredChat[]): SessionStats {
  const sum = (pick: (chat: StoredChat) => number): number => chats.reduce((total, chat) => total + pick(chat), 0)
  const turnCount = sum((chat) => chat.turnCount)
  return Object.freeze({
    sessionId: session.id,
    status: session.status === 'pending' ? 'active' : session.status,
    chatCount: chats.length,
    messageCount: sum((chat) => chat.lastSeq - chat.firstSeq + 1),
    turnCount,
    averageResponseMs: average(
      sum((chat) => chat.responseMsTotal),
      turnCount,
    ),
    createdAt: session.createdAt,
    lastActiveAt: session.lastActiveAt,
    expiresAt: session.expiresAt,
  })
}

/** The figures of a store with the averages people ask for. */
export function systemStats(stats: StoreStats): SystemStats {
  const totalSessions = Object.values(stats.sessions).reduce((total, count) => total + count, 0)
  return Object.freeze({
    ...stats,
    totalSessions,
    chatsPerSession: totalSessions === 0 ? 0 : stats.chats / totalSessions,
    messagesPerChat: stats.chats === 0 ? 0 : stats.messages / stats.chats,
  })
}

function average(total: number, count: number): number | null {
  return count === 0 ? null : total / count
}

/** The nearest-rank percentile: the smallest value that `share` of all are no larger than. */
function percentile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null
}
