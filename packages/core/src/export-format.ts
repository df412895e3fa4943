import type { ChatData } from './chat-record.ts'
import type { JsonValue } from './json.ts'
import type { Message } from './message.ts'
import type { SessionData } from './session-record.ts'
import type { Overflow } from './store/chat-records.ts'
import type { SessionExpiry, SessionStatus } from './store/session-records.ts'

/** The version of the file format that is written. Older ones are read. */
export const exportVersion = 1

/**
 * The lines of an export (NDJSON, UTF-8): the session, its context by key, then chat by chat its messages by seq, then the end.
 * Versions, activity and response times are not in it: they belong to the store, not to the conversation.
 */
export type ExportLine =
  | { readonly type: 'session'; readonly format: 'sess'; readonly version: number; readonly session: ExportedSession }
  | { readonly type: 'context'; readonly key: string; readonly value: JsonValue }
  | { readonly type: 'chat'; readonly chat: ExportedChat }
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'end'; readonly chats: number; readonly messages: number; readonly digest: string }

/** A session as a file has it. */
export interface ExportedSession extends SessionData {
  readonly id: string
  readonly key: string | null
  readonly status: SessionStatus
  readonly tags: readonly string[]
  readonly expiry: SessionExpiry
  readonly activeChatId: string | null
  readonly createdAt: number
}

/** A chat as a file has it. */
export interface ExportedChat extends ChatData {
  readonly id: string
  readonly key: string | null
  readonly maxMessages: number | null
  readonly overflow: Overflow
  readonly firstSeq: number
  readonly createdAt: number
}
