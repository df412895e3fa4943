import {
  bodyOf,
  frozenJsonObject,
  invalidArgument,
  type JsonObject,
  type Message,
  maxMessagesPerWrite,
  type NewMessage,
  outsideResults,
  type Role,
  SessError,
  unansweredCalls,
  utf8Bytes,
} from '@sess/core'
import { decodeObject, encodePayload } from '../sql/payload.ts'

/** A message as it is handed to the database: copied, checked, encoded. */
export interface Draft {
  readonly id: string
  readonly role: number
  readonly createdAt: number | undefined
  readonly body: string
  /** What it takes in a statement, at most. */
  readonly bytes: number
  /** Tool results that answer earlier messages. */
  readonly results: number
  /** Tool calls it leaves open. */
  readonly calls: number
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
  if (messages.length > maxMessagesPerWrite) throw invalidArgument('messages', `must be at most ${maxMessagesPerWrite}`)
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
  const body = encodePayload(frozenJsonObject(rest, field))
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

/** The message, frozen. */
export function storedMessage({ seq, id, role, created_at, body }: MessageRow): Message {
  const { content, ...rest } = decodeObject(body)
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
  return JSON.parse(draft.body) as JsonObject
}
