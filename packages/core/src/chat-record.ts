import type { JsonObject } from './json.ts'
import type { Overflow, StoredChat } from './store/chat-records.ts'

/** A chat as it was when it was read. Frozen. */
export interface ChatRecord {
  readonly id: string
  readonly sessionId: string
  /** The caller's own name for it, if it was given one. */
  readonly key: string | null
  readonly name: string | null
  /** Settings for the agent: provider, model, …; handed to it as they are. */
  readonly agent: JsonObject
  /** What the chat adds to the session's system prompt. */
  readonly systemPrompt: string | null
  readonly metadata: JsonObject
  readonly tags: readonly string[]
  readonly maxMessages: number | null
  readonly overflow: Overflow
  /** Grows with every change of the record. Messages and turns are no change. */
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
  /** Seq of the oldest message there is, or of the next one if there is none. */
  readonly firstSeq: number
  /** Seq of the newest message; `firstSeq - 1` if there is none. */
  readonly lastSeq: number
  readonly messageCount: number
  readonly lastMessageAt: number | null
  /** When the lease of the turn that runs in this chat ends, in whatever process; null if none runs. In the past: its process has died. */
  readonly turnExpiresAt: number | null
}

/** What a store keeps of a chat without looking at it. */
export interface ChatData {
  readonly name: string | null
  readonly agent: JsonObject
  readonly systemPrompt: string | null
  readonly metadata: JsonObject
  readonly tags: readonly string[]
}

/** The opaque part of a stored chat. Only sess writes it, so its form is known. */
export function chatData(stored: StoredChat): ChatData {
  return stored.data as unknown as ChatData
}

/** The record of a stored chat. */
export function toChatRecord(stored: StoredChat): ChatRecord {
  const { name, agent, systemPrompt, metadata, tags } = chatData(stored)
  return Object.freeze({
    id: stored.id,
    sessionId: stored.sessionId,
    key: stored.key,
    name,
    agent,
    systemPrompt,
    metadata,
    tags,
    maxMessages: stored.maxMessages,
    overflow: stored.overflow,
    version: stored.version,
    createdAt: stored.createdAt,
    updatedAt: stored.updatedAt,
    firstSeq: stored.firstSeq,
    lastSeq: stored.lastSeq,
    messageCount: stored.lastSeq - stored.firstSeq + 1,
    lastMessageAt: stored.lastMessageAt,
    turnExpiresAt: stored.turnExpiresAt,
  })
}
