import { checkedNewChat } from './chat-fields.ts'
import type { ChatData } from './chat-record.ts'
import { checkedInstant, checkedName, checkedObject, checkedOptionalName, checkedTags } from './checked-fields.ts'
import { checkedMessage } from './checked-message.ts'
import { invalidArgument } from './errors.ts'
import { checkedExpiry } from './expiry.ts'
import { type ExportedChat, type ExportedSession, exportVersion } from './export-format.ts'
import { frozenJson, type JsonObject, type JsonValue } from './json.ts'
import { checkedSessionLimits, type Limits } from './limits.ts'
import type { Message, MessageInput } from './message.ts'
import type { ComposedPrompt } from './prompt-composer.ts'
import { sessionStatuses } from './session-query.ts'
import type { SessionStatus } from './store/session-records.ts'

/** A line longer than this is no line of an export. */
const maxLineLength = 16_777_216

/** The lines of a file that comes in pieces, without their ends. @throws {@link SessError} `INVALID_ARGUMENT`. */
export async function* splitLines(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  for await (const piece of source) {
    // Only the new piece is searched: a line that comes in many would be searched as often.
    const [head = '', ...lines] = (typeof piece === 'string' ? piece : decode(decoder, piece, { stream: true })).split(
      '\n',
    )
    rest += head
    for (const line of lines) {
      yield rest
      rest = line
    }
    if (rest.length > maxLineLength) throw invalidArgument('line', 'is longer than any line of an export')
  }
  rest += decode(decoder, new Uint8Array(0))
  if (rest !== '') yield rest
}

/** The object that a line holds. @throws {@link SessError} `INVALID_ARGUMENT`. */
export function parsedLine(line: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw invalidArgument('line', 'is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidArgument('line', 'is not an object')
  // Not copied here: what is kept of it is checked, copied and frozen field by field.
  return value as JsonObject
}

/** The session of the first line. @throws {@link SessError} `INVALID_ARGUMENT`, `TOO_LARGE`. */
export function importedSession(line: JsonObject, limits: Limits): ExportedSession {
  if (line.type !== 'session' || line.format !== 'sess')
    throw invalidArgument('format', 'is not that of an export of sess')
  const version = line.version
  if (typeof version !== 'number' || version < 1 || version > exportVersion)
    throw invalidArgument('version', `must be from 1 to ${exportVersion}`)
  const raw = objectIn(line, 'session')
  const object = (field: string): JsonObject => checkedObject(raw[field], field, limits.bytesPerField)
  return {
    id: checkedName(raw.id, 'id'),
    key: checkedOptionalName(raw.key, 'key'),
    status: oneOf<SessionStatus>(raw.status, sessionStatuses, 'status'),
    name: checkedOptionalName(raw.name, 'name'),
    tags: checkedTags(raw.tags, 'tags'),
    metadata: object('metadata'),
    preferences: object('preferences'),
    systemPrompt: importedPrompt(raw.systemPrompt, limits),
    promptVariables: object('promptVariables'),
    limits: checkedSessionLimits(objectIn(raw, 'limits')),
    expiry: checkedExpiry(objectIn(raw, 'expiry'), { idleMs: null, absoluteMs: null }),
    archivedFrom:
      raw.archivedFrom === null ? null : oneOf(raw.archivedFrom, ['active', 'paused'] as const, 'archivedFrom'),
    activeChatId: checkedOptionalName(raw.activeChatId, 'activeChatId'),
    createdAt: checkedInstant(raw.createdAt, 'createdAt'),
  }
}

/** The chat of a line. @throws {@link SessError} `INVALID_ARGUMENT`, `TOO_LARGE`. */
export function importedChat(line: JsonObject, limits: Limits): ExportedChat {
  const { id, firstSeq, createdAt, key, ...fields } = objectIn(line, 'chat')
  const { data, ...plain } = checkedNewChat(
    { ...fields, key: key ?? undefined } as Parameters<typeof checkedNewChat>[0],
    limits,
  )
  if (typeof firstSeq !== 'number' || !Number.isSafeInteger(firstSeq) || firstSeq < 1)
    throw invalidArgument('firstSeq', 'must be a whole number from 1 up')
  return {
    id: checkedName(id, 'id'),
    ...plain,
    ...(data as ChatData),
    firstSeq,
    createdAt: checkedInstant(createdAt, 'createdAt'),
  }
}

/** The message of a line. @throws {@link SessError} `INVALID_ARGUMENT`, `TOO_LARGE`. */
export function importedMessage(line: JsonObject, limits: Limits): Message {
  const { seq, interrupted, turnId, ...fields } = objectIn(line, 'message')
  const message = checkedMessage(fields as unknown as MessageInput, limits.bytesPerMessage)
  if (typeof seq !== 'number' || fields.id === undefined) throw invalidArgument('message', 'has no place')
  if (interrupted !== undefined && interrupted !== true) throw invalidArgument('message.interrupted', 'must be true')
  const more = {
    ...(interrupted === true ? { interrupted } : {}),
    ...(turnId === undefined ? {} : { turnId: checkedName(turnId, 'turnId') }),
  }
  return Object.freeze({ ...message, ...more, seq, createdAt: checkedInstant(fields.createdAt, 'createdAt') })
}

/** A key and a value of the context. @throws {@link SessError} `INVALID_ARGUMENT`. */
export function importedContext(line: JsonObject): readonly [string, JsonValue] {
  if (line.value === undefined) throw invalidArgument('value', 'is missing')
  return [checkedName(line.key, 'key'), frozenJson(line.value, 'value')]
}

function importedPrompt(value: JsonValue | undefined, limits: Limits): ComposedPrompt | null {
  if (value === null) return null
  const prompt = checkedObject(value, 'systemPrompt', 4 * limits.bytesPerPrompt)
  const { text, digest, tokens, parts } = prompt
  if (typeof text !== 'string' || typeof digest !== 'string' || typeof tokens !== 'number' || !Array.isArray(parts)) {
    throw invalidArgument('systemPrompt', 'is no composed prompt')
  }
  return prompt as unknown as ComposedPrompt
}

function objectIn(raw: JsonObject, field: string): JsonObject {
  const value = raw[field]
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidArgument(field, 'must be an object')
  return value as JsonObject
}

function oneOf<Value extends string>(value: unknown, values: readonly Value[], field: string): Value {
  const found = values.find((candidate) => candidate === value)
  if (found === undefined) throw invalidArgument(field, `must be one of ${values.join(', ')}`)
  return found
}

function decode(decoder: TextDecoder, bytes: Uint8Array, options?: TextDecodeOptions): string {
  try {
    return decoder.decode(bytes, options)
  } catch {
    throw invalidArgument('line', 'is not UTF-8')
  }
}
