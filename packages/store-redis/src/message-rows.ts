import {
  bodyOf,
  frozenJson,
  frozenJsonObject,
  invalidArgument,
  type JsonValue,
  type Message,
  maxMessagesPerWrite,
  type NewMessage,
  outsideResults,
  unansweredCalls,
} from '@sess/core'
import { digest } from './keys.ts'

/** What is not in every message: the last item of an element. */
export type Extras = Partial<Pick<Message, 'id' | 'name' | 'metadata' | 'usage' | 'interrupted' | 'turnId'>>

export type Element = readonly [
  seq: number,
  openCalls: number,
  /** Whether it answers calls, and a digest of its body. */
  mark: number | string,
  createdAt: number,
  name: string,
  role: Message['role'],
  content: Message['content'],
  extras?: Extras,
]

/** @throws {@link SessError} `INVALID_ARGUMENT`. */
export function assertFewMessages(messages: readonly NewMessage[]): void {
  if (messages.length > maxMessagesPerWrite) throw invalidArgument('messages', `must be at most ${maxMessagesPerWrite}`)
}

/**
 * Messages as the arguments of a script: one that describes them all, and the element of each; see messages.lua.
 *
 * @throws {@link SessError} `INVALID_ARGUMENT`.
 */
export function messageArguments(messages: readonly NewMessage[]): string[] {
  const args = ['']
  for (const message of messages) {
    const { id, role } = message
    const name = nameOf(id)
    const content = typeof message.content === 'string' ? message.content : contentCopy(message.content)
    const contentText = JSON.stringify(content)
    const extras = extrasOf(message)
    const extrasText =
      extras === null && name === id ? '' : `,${JSON.stringify(name === id ? extras : { id, ...extras })}`
    const plain = typeof content === 'string' && extras === null
    // A plain body is its text. Of others the order of keys is no part.
    const bodyDigest = plain ? '' : digest(sortedJson(frozenJsonObject(bodyOf(message), 'message')), 16)
    args[0] += described(name, bodyDigest, message)
    args.push(`,"${name}",${JSON.stringify(role)},${contentText}${extrasText}]`)
  }
  return args
}

/** A message from its element in the list. */
export function messageOf([seq, , , createdAt, name, role, content, extras]: Element): Message {
  if (typeof content !== 'string') deepFreeze(content)
  if (extras === undefined) return Object.freeze({ id: name, seq, role, content, createdAt })
  deepFreeze(extras)
  return Object.freeze({ id: name, seq, role, content, createdAt, ...extras })
}

/** Ids of usual letters name themselves in the hash and in the element; any other is named by a hash. */
export function nameOf(id: string): string {
  return /^[\w.:-]{1,40}$/.test(id) ? id : `#${digest(id, 22)}`
}

function extrasOf({ name, metadata, usage, interrupted, turnId }: NewMessage): Extras | null {
  const extras: { -readonly [Key in keyof Extras]: Extras[Key] } = {}
  if (name !== undefined) extras.name = name
  if (metadata !== undefined) extras.metadata = frozenJsonObject(metadata, 'metadata')
  if (usage !== undefined) extras.usage = frozenJsonObject(usage, 'usage')
  if (interrupted !== undefined) extras.interrupted = interrupted
  if (turnId !== undefined) extras.turnId = turnId
  return Object.keys(extras).length === 0 ? null : extras
}

function contentCopy(content: NewMessage['content']): Message['content'] {
  return frozenJson(content, 'content') as Message['content']
}

/** What a script is told of a message besides its element. */
export function described(name: string, bodyDigest: string, message: NewMessage): string {
  return `${name}\0${bodyDigest}\0${marksOf(message)}\0`
}

function marksOf({ content, createdAt }: NewMessage): string {
  if (createdAt !== undefined && !Number.isFinite(createdAt))
    throw invalidArgument('createdAt', 'must be a finite number')
  const results = outsideResults(content).length
  const calls = unansweredCalls(content).length
  return results + calls === 0 && createdAt === undefined ? '' : `${results} ${calls} ${createdAt ?? ''}`
}

export function sortedJson(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${sortedJson(item)}`).join(',')}}`
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const item of Object.values(value)) deepFreeze(item)
  Object.freeze(value)
}
