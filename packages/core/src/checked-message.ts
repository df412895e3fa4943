import { checkedInstant, checkedName } from './checked-fields.ts'
import { invalidArgument } from './errors.ts'
import { newId } from './id.ts'
import { assertBytes, frozenJson, frozenJsonObject, type JsonObject, utf8Bytes } from './json.ts'
import { bodyOf, type Content, type MessageBody, type MessageInput, type NewMessage, type Part } from './message.ts'

/** Longest message id, in bytes of UTF-8. */
const maxMessageIdBytes = 128

/**
 * What a caller handed in, checked, copied and frozen; text becomes a message of the user.
 *
 * @throws {@link SessError} `INVALID_ARGUMENT` naming the field, `TOO_LARGE` if the body has more than `maxBytes` as JSON.
 */
export function checkedMessage(input: MessageInput, maxBytes: number, field = 'message'): NewMessage {
  if (typeof input === 'string')
    return sized({ id: newId(), role: 'user', content: checkedText(input, `${field}.content`) }, maxBytes, field)
  if (typeof input !== 'object' || input === null) throw invalidArgument(field, 'must be text or an object')
  const message: { -readonly [Key in keyof NewMessage]: NewMessage[Key] } = {
    id: input.id === undefined ? newId() : checkedMessageId(input.id, `${field}.id`),
    role: checkedRole(input.role, `${field}.role`),
    content: checkedContent(input.content, `${field}.content`),
  }
  if (input.name !== undefined) message.name = checkedName(input.name, `${field}.name`)
  if (input.metadata !== undefined) message.metadata = frozenJsonObject(input.metadata, `${field}.metadata`)
  if (input.usage !== undefined) message.usage = checkedUsage(input.usage, `${field}.usage`)
  if (input.createdAt !== undefined) message.createdAt = checkedInstant(input.createdAt, `${field}.createdAt`)
  return sized(message, maxBytes, field)
}

/** A message id as callers may choose it. @throws {@link SessError} `INVALID_ARGUMENT`. */
function checkedMessageId(id: unknown, field: string): string {
  if (typeof id !== 'string' || id === '' || !id.isWellFormed())
    throw invalidArgument(field, 'must be non-empty, well-formed text')
  if (utf8Bytes(id) > maxMessageIdBytes) throw invalidArgument(field, `must have at most ${maxMessageIdBytes} bytes`)
  return id
}

/** Bytes that count against `bytesPerMessage`: the body as UTF-8 JSON. */
export function messageBytes(message: MessageBody): number {
  const { content } = message
  // The JSON of plain text is longer only by what is escaped, and that is not worth a second copy.
  if (isPlainText(message, content)) return utf8Bytes(content)
  return utf8Bytes(JSON.stringify(bodyOf(message)))
}

function sized(message: NewMessage, maxBytes: number, field: string): NewMessage {
  const { content } = message
  // UTF-8 takes at most three bytes for a UTF-16 unit: most texts need not be counted.
  const fits = isPlainText(message, content) && content.length * 3 <= maxBytes
  if (!fits) assertBytes(field, messageBytes(message), maxBytes)
  return Object.freeze(message)
}

function isPlainText(message: MessageBody, content: Content): content is string {
  return typeof content === 'string' && message.metadata === undefined && message.usage === undefined
}

function checkedRole(role: unknown, field: string): NewMessage['role'] {
  if (role === 'system' || role === 'user' || role === 'assistant' || role === 'tool') return role
  throw invalidArgument(field, "must be 'system', 'user', 'assistant' or 'tool'")
}

function checkedContent(content: unknown, field: string): Content {
  if (typeof content === 'string') return checkedText(content, field)
  if (!Array.isArray(content)) throw invalidArgument(field, 'must be text or a list of parts')
  const parts = frozenJson(content, field) as readonly JsonObject[]
  for (const [index, part] of parts.entries()) assertPart(part, `${field}[${index}]`)
  return parts as readonly unknown[] as readonly Part[]
}

const stringsOf: Readonly<Record<Part['type'], readonly string[]>> = {
  text: ['text'],
  reasoning: ['text'],
  file: ['mediaType', 'url'],
  'tool-call': ['callId', 'name'],
  'tool-result': ['callId'],
  data: ['name'],
}
const jsonOf: Readonly<Partial<Record<Part['type'], string>>> = {
  'tool-call': 'input',
  'tool-result': 'output',
  data: 'data',
}

function assertPart(part: JsonObject, field: string): void {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) throw invalidArgument(field, 'must be a part')
  const type = part.type
  if (typeof type !== 'string' || !Object.hasOwn(stringsOf, type)) {
    throw invalidArgument(`${field}.type`, `must be one of ${Object.keys(stringsOf).join(', ')}`)
  }
  for (const key of stringsOf[type as Part['type']]) {
    if (typeof part[key] !== 'string') throw invalidArgument(`${field}.${key}`, 'must be a string')
  }
  const value = jsonOf[type as Part['type']]
  if (value !== undefined && !Object.hasOwn(part, value)) throw invalidArgument(`${field}.${value}`, 'is missing')
}

/** Tokens as an agent or a caller told them. @throws {@link SessError} `INVALID_ARGUMENT`. */
export function checkedUsage(usage: unknown, field: string): NonNullable<MessageBody['usage']> {
  const copy = frozenJsonObject(usage, field)
  for (const key of ['inputTokens', 'outputTokens', 'totalTokens']) {
    const count = copy[key]
    if (count !== undefined && (typeof count !== 'number' || count < 0))
      throw invalidArgument(`${field}.${key}`, 'must be a number from 0 up')
  }
  return copy
}

function checkedText(text: string, field: string): string {
  if (!text.isWellFormed()) throw invalidArgument(field, 'holds half a surrogate pair, which UTF-8 cannot keep')
  return text
}
