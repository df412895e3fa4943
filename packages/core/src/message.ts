import type { JsonObject, JsonValue } from './json.ts'

/** Who speaks. */
export type Role = 'system' | 'user' | 'assistant' | 'tool'

/** A piece of a message. `metadata` keeps what a provider adds and wants to see again. */
export type Part =
  | { readonly type: 'text'; readonly text: string; readonly metadata?: JsonObject | undefined }
  | { readonly type: 'reasoning'; readonly text: string; readonly metadata?: JsonObject | undefined }
  | FilePart
  | ToolCallPart
  | ToolResultPart
  | {
      readonly type: 'data'
      readonly name: string
      readonly data: JsonValue
      readonly id?: string | undefined
      readonly metadata?: JsonObject | undefined
    }

/** A file by reference (`url`, also `data:` URLs). */
export interface FilePart {
  readonly type: 'file'
  readonly mediaType: string
  readonly url: string
  readonly filename?: string | undefined
  readonly metadata?: JsonObject | undefined
}

/** The agent asks for a tool. Answered by the {@link ToolResultPart} with the same `callId`. */
export interface ToolCallPart {
  readonly type: 'tool-call'
  readonly callId: string
  readonly name: string
  readonly input: JsonValue
  readonly metadata?: JsonObject | undefined
}

/** What a tool answered to the {@link ToolCallPart} with the same `callId`. */
export interface ToolResultPart {
  readonly type: 'tool-result'
  readonly callId: string
  readonly output: JsonValue
  readonly name?: string | undefined
  readonly isError?: boolean | undefined
  /** Made by sess because the call was never answered. */
  readonly synthetic?: boolean | undefined
  readonly metadata?: JsonObject | undefined
}

/** What a message says: text, or parts. */
export type Content = string | readonly Part[]

/** Tokens of a model call, as its provider counted them. */
export interface Usage {
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
  readonly totalTokens?: number | undefined
  readonly metadata?: JsonObject | undefined
}

/** What a message says, apart from its place in a chat. To a store all of it but `role` is opaque. */
export interface MessageBody {
  readonly role: Role
  readonly content: Content
  /** Who speaks, where several share a role. */
  readonly name?: string | undefined
  readonly metadata?: JsonObject | undefined
  readonly usage?: Usage | undefined
  /** The answer was cut off: by an abort, a failure or an interrupting turn. */
  readonly interrupted?: boolean | undefined
  /** The turn that wrote the message. */
  readonly turnId?: string | undefined
}

/** A message to be appended. Appending the same id with the same body again writes nothing. */
export interface NewMessage extends MessageBody {
  /** Unique in its chat. 1 to 128 bytes. */
  readonly id: string
  /** Epoch milliseconds. @default the store's clock */
  readonly createdAt?: number | undefined
}

/** A message of a chat. Frozen. */
export interface Message extends MessageBody {
  readonly id: string
  /** Its place in the chat: dense, given by the store. Order is `seq`, never time. */
  readonly seq: number
  /** Epoch milliseconds, by the store's clock unless it was given. */
  readonly createdAt: number
}

/** What callers hand in: text of a user, or a body with or without an id. */
export type MessageInput =
  | string
  | (Omit<MessageBody, 'interrupted' | 'turnId'> & {
      /** @default a new UUIDv7 */
      readonly id?: string | undefined
      readonly createdAt?: number | undefined
    })

/** The text of a message: its text parts joined. */
export function messageText(message: MessageBody): string {
  if (typeof message.content === 'string') return message.content
  return message.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** Tool calls of the message that it does not answer itself. */
export function unansweredCalls(content: Content): readonly ToolCallPart[] {
  if (typeof content === 'string') return []
  const answered = new Set(content.flatMap((part) => (part.type === 'tool-result' ? [part.callId] : [])))
  return content.filter((part): part is ToolCallPart => part.type === 'tool-call' && !answered.has(part.callId))
}

/** Tool results of the message that answer calls of earlier messages. */
export function outsideResults(content: Content): readonly ToolResultPart[] {
  if (typeof content === 'string') return []
  const called = new Set(content.flatMap((part) => (part.type === 'tool-call' ? [part.callId] : [])))
  return content.filter((part): part is ToolResultPart => part.type === 'tool-result' && !called.has(part.callId))
}

/** What a message says, without its id, place and time. Where one id has two bodies, that is a `MESSAGE_CONFLICT`. */
export function bodyOf(message: MessageBody): JsonObject {
  const { role, content, name, metadata, usage, interrupted, turnId } = message
  const body: Record<string, JsonValue> = { role, content: content as JsonValue }
  if (name !== undefined) body.name = name
  if (metadata !== undefined) body.metadata = metadata
  if (usage !== undefined) body.usage = usage as JsonObject
  if (interrupted !== undefined) body.interrupted = interrupted
  if (turnId !== undefined) body.turnId = turnId
  return body
}
