import {
  bodyOf,
  decodedBody,
  frozenJsonObject,
  invalidArgument,
  type JsonObject,
  type Message,
  type MessageBody,
  maxMessagesPerWrite,
  messagePlace,
  type NewMessage,
  outsideResults,
  type Role,
  SessError,
  type SessionCodec,
  unansweredCalls,
  utf8Bytes,
} from '@sess/core'
import { decodePayload, isEncoded } from '../sql/payload.ts'

/** A message as it is handed to the database: copied, checked, encoded. */
export interface Draft {
  readonly id: string
  readonly role: number
  readonly createdAt: number | undefined
  readonly body: string | Buffer
  /** How bodies of the chat are read, where a codec encodes them; and what this one says. */
  readonly sealed: SealedBody | null
  /** What it takes in a statement, at most. */
  readonly bytes: number
  /** Tool results that answer earlier messages. */
  readonly results: number
  /** Tool calls it leaves open. */
  readonly calls: number
}

interface SealedBody {
  readonly body: JsonObject
  readonly read: (row: Pick<MessageRow, 'id' | 'role' | 'body'>) => JsonObject
}

/** A message as it is found there. */
export interface MessageRow {
  readonly seq: number
  readonly id: Buffer
  readonly role: number
  readonly created_at: number
  readonly body: Buffer
}

/** By number: the place in this list is what the tables hold. */
const roles: readonly Role[] = ['system', 'user', 'assistant', 'tool']
const maxIdBytes = 128

/**
 * Copies what a caller handed in.
 *
 * @throws {@link SessError} `INVALID_ARGUMENT`, `TOO_LARGE` if one has more than `maxBytes`.
 */
export function draftsOf(messages: readonly NewMessage[], maxBytes: number): readonly Draft[] {
  assertFew(messages)
  return messages.map((message, index) => draftOf(message, `messages[${index}]`, maxBytes))
}

function draftOf(message: NewMessage, field: string, maxBytes: number): Draft {
  const { id, content, createdAt } = message
  if (typeof id !== 'string' || id === '' || !id.isWellFormed() || utf8Bytes(id) > maxIdBytes)
    throw invalidArgument(`${field}.id`, `must be well-formed text of 1 to ${maxIdBytes} bytes`)
  const role = roles.indexOf(message.role)
  if (role < 0) throw invalidArgument(`${field}.role`, `must be one of ${roles.join(', ')}`)
  if (createdAt !== undefined && !Number.isSafeInteger(createdAt))
    throw invalidArgument(`${field}.createdAt`, 'must be a whole number of milliseconds')
  const { role: _, ...rest } = bodyOf(message)
  const body = JSON.stringify(frozenJsonObject(rest, field))
  const bytes = statementBytes(body, maxBytes)
  if (bytes > maxBytes)
    throw new SessError('TOO_LARGE', `${field} has ${bytes} bytes, the server takes ${maxBytes}`, {
      field,
      bytes,
      maxBytes,
    })
  return {
    id,
    role,
    createdAt,
    body,
    sealed: null,
    bytes,
    results: outsideResults(content).length,
    calls: unansweredCalls(content).length,
  }
}

/** Bytes of all columns but the body, at most. */
const rowBytes = 512

/** Bytes a body takes in a statement, where quotes and backslashes take two. Counted only where it can matter. */
function statementBytes(body: string, maxBytes: number): number {
  if (body.length * 3 + rowBytes <= maxBytes) return body.length * 3 + rowBytes
  let escapes = 0
  for (let index = 0; index < body.length; index++) {
    const unit = body.charCodeAt(index)
    if (unit === 0x22 || unit === 0x27 || unit === 0x5c) escapes++
  }
  return utf8Bytes(body) + escapes + rowBytes
}

/** The same where a codec encodes bodies. */
export function sealedDrafts(
  messages: readonly NewMessage[],
  maxBytes: number,
  chatId: string,
  codec: SessionCodec,
): readonly Draft[] {
  const read = (row: Pick<MessageRow, 'id' | 'role' | 'body'>) => bodyOf(openedBody(codec, chatId, row))
  return draftsOf(messages, maxBytes).map((draft, index) => {
    const body = frozenJsonObject(bodyOf(messages[index] as NewMessage), `messages[${index}]`)
    const kept = Buffer.from(codec.encode(body, messagePlace(chatId, draft.id)))
    // Bytes are written in hexadecimal.
    return { ...draft, body: kept, sealed: { body, read }, bytes: kept.length * 2 + rowBytes }
  })
}

/** Copies of messages that a codec may have to be waited for. */
export function copiedMessages(messages: readonly NewMessage[]): readonly NewMessage[] {
  assertFew(messages)
  return messages.map((message, index) => {
    const { id, createdAt } = message
    return { ...(frozenJsonObject(bodyOf(message), `messages[${index}]`) as unknown as NewMessage), id, createdAt }
  })
}

/** The body of a message by a codec, which decides whether one that was kept without it may be read. */
function openedBody(
  codec: SessionCodec,
  chatId: string,
  { id, role: code, body }: Pick<MessageRow, 'id' | 'role' | 'body'>,
): MessageBody {
  const role = roles[code] ?? 'user'
  const bytes = isEncoded(body) ? body : Buffer.from(JSON.stringify({ role, ...(decodePayload(body) as JsonObject) }))
  return decodedBody(codec, bytes, { chatId, id: id.toString('utf8'), role })
}

function assertFew(messages: readonly NewMessage[]): void {
  if (messages.length > maxMessagesPerWrite) throw invalidArgument('messages', `must be at most ${maxMessagesPerWrite}`)
}

/** The message, frozen, by the codec of its session if it has one. */
export function openedMessage(codec: SessionCodec | null, chatId: string, row: MessageRow): Message {
  if (codec === null) return storedMessage(row)
  const { id, seq, created_at } = row
  const body = openedBody(codec, chatId, row)
  return Object.freeze({ id: id.toString('utf8'), seq: Number(seq), createdAt: Number(created_at), ...body })
}

/** The message, frozen. */
function storedMessage({ seq, id, role, created_at, body }: MessageRow): Message {
  const { content, ...rest } = decodePayload(body) as JsonObject
  return Object.freeze({
    id: id.toString('utf8'),
    seq: Number(seq),
    role: roles[role] ?? 'user',
    content: content as Message['content'],
    createdAt: Number(created_at),
    ...rest,
  })
}

/** What both say is compared, not how it is written: the order of keys is nothing. */
export function bodyIn(draft: Pick<Draft, 'body'>): JsonObject {
  return JSON.parse(draft.body.toString()) as JsonObject
}
