import type { ChatData } from './chat-record.ts'
import { assertKnownKeys, checkedObject, checkedOptionalName, checkedTags, checkedText } from './checked-fields.ts'
import { invalidArgument } from './errors.ts'
import type { JsonObject } from './json.ts'
import type { Limits } from './limits.ts'
import type { ChatChange, Overflow } from './store/chat-records.ts'

/** What can be said of a chat and changed later. */
export interface ChatUpdate {
  readonly name?: string | null | undefined
  /** Settings for the agent (provider, model, …); handed to it as they are. */
  readonly agent?: JsonObject | undefined
  /** Added to the session's system prompt. */
  readonly systemPrompt?: string | null | undefined
  readonly metadata?: JsonObject | undefined
  readonly tags?: readonly string[] | undefined
  /** Messages at most, null is any number. @default the session's `messagesPerChat`, then the manager's */
  readonly maxMessages?: number | null | undefined
  /** What happens when the chat is full. @default the session's, then the manager's */
  readonly overflow?: Overflow | undefined
}

/** What a new chat is given. All of it may be left out. */
export interface CreateChatInput extends ChatUpdate {
  /** The caller's own name for it, unique in the session. */
  readonly key?: string | undefined
}

const updateKeys = ['name', 'agent', 'systemPrompt', 'metadata', 'tags', 'maxMessages', 'overflow']

/** The change, checked and copied; `data` holds only what was named. */
export function checkedChatChange(
  change: ChatUpdate,
  limits: Limits,
): Omit<ChatChange, 'data'> & { readonly data?: Partial<ChatData> } {
  assertKnownKeys(change, updateKeys, 'change')
  const data: { -readonly [Key in keyof ChatData]?: ChatData[Key] } = {}
  if (change.name !== undefined) data.name = checkedOptionalName(change.name, 'name')
  if (change.agent !== undefined) data.agent = checkedObject(change.agent, 'agent', limits.bytesPerField)
  if (change.systemPrompt !== undefined) data.systemPrompt = checkedPrompt(change.systemPrompt, limits)
  if (change.metadata !== undefined) data.metadata = checkedObject(change.metadata, 'metadata', limits.bytesPerField)
  if (change.tags !== undefined) data.tags = checkedTags(change.tags, 'tags')
  const plain: { maxMessages?: number | null; overflow?: Overflow } = {}
  if (change.maxMessages !== undefined) plain.maxMessages = checkedMaxMessages(change.maxMessages)
  if (change.overflow !== undefined) plain.overflow = checkedOverflow(change.overflow)
  return Object.keys(data).length === 0 ? plain : { ...plain, data }
}

/** All of a new chat, with what was left out filled in. */
export function checkedNewChat(
  input: CreateChatInput,
  limits: Limits,
): {
  readonly key: string | null
  readonly data: ChatData
  readonly maxMessages: number | null
  readonly overflow: Overflow
} {
  assertKnownKeys(input, ['key', ...updateKeys], 'input')
  const { key, ...rest } = input
  const { data, maxMessages, overflow } = checkedChatChange(rest, limits)
  return {
    key: checkedOptionalName(key, 'key'),
    data: { name: null, agent: {}, systemPrompt: null, metadata: {}, tags: [], ...data },
    maxMessages: maxMessages === undefined ? limits.messagesPerChat : maxMessages,
    overflow: overflow ?? limits.overflow,
  }
}

function checkedPrompt(prompt: string | null, limits: Limits): string | null {
  return prompt === null ? null : checkedText(prompt, 'systemPrompt', limits.bytesPerPrompt)
}

function checkedMaxMessages(maxMessages: unknown): number | null {
  if (maxMessages === null) return null
  if (typeof maxMessages === 'number' && Number.isSafeInteger(maxMessages) && maxMessages >= 1) return maxMessages
  throw invalidArgument('maxMessages', 'must be a whole number from 1 up, or null for any number')
}

function checkedOverflow(overflow: unknown): Overflow {
  if (overflow === 'trim-oldest' || overflow === 'reject') return overflow
  throw invalidArgument('overflow', "must be 'trim-oldest' or 'reject'")
}
