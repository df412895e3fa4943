import { invalidArgument } from './errors.ts'
import type { Owner } from './owner.ts'

/**
 * A new UUIDv7 (RFC 9562): 48 bits of time, a counter that keeps the ids of one process in order, random bits from a
 * CSPRNG. An id names a thing; it is never a credential.
 */
export function newId(): string {
  return uuid('')
}

/**
 * A new session id. Its last 16 bits are a hash of the owner, so that all an owner has lives in one slot of a
 * cluster and is found from the id alone.
 */
export function newSessionId(owner: Owner): string {
  return uuid(ownerTail(owner))
}

/** A new chat id. It takes its session's last 16 bits. */
export function newChatId(sessionId: string): string {
  return uuid(sessionId.slice(-4))
}

/** Whether `value` is a UUIDv7 in lower case, as this package makes them. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length === 36 && pattern.test(value)
}

/** Whether `value` can be the id of a session of this owner. */
export function isSessionIdOf(value: unknown, owner: Owner): value is string {
  return isId(value) && value.endsWith(ownerTail(owner))
}

/** @throws {@link SessError} `INVALID_ARGUMENT` unless `id` can be a session of this owner. Stores call it on create. */
export function assertSessionId(id: unknown, owner: Owner): asserts id is string {
  if (!isSessionIdOf(id, owner)) throw invalidArgument('id', 'must be a session id made for this owner')
}

/** @throws {@link SessError} `INVALID_ARGUMENT` unless `id` can be a chat of this session. Stores call it on create. */
export function assertChatId(id: unknown, sessionId: string): asserts id is string {
  if (!isId(id) || id.slice(-4) !== sessionId.slice(-4))
    throw invalidArgument('id', 'must be a chat id made for this session')
}

/** The last four hex digits of the ids of an owner: FNV-1a over the UTF-16 units, mixed as in MurmurHash3. */
export function ownerTail(owner: Owner): string {
  const text = `${owner.orgId.length}:${owner.orgId}${owner.userId}`
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) & 0xffff).toString(16).padStart(4, '0')
}

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const hex: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const random = new Uint8Array(10 * 256)
let used = random.length
let lastMs = 0
let counter = 0
/** The part of an id that changes once a millisecond. */
let prefix = ''

function uuid(tail: string): string {
  if (used === random.length) {
    crypto.getRandomValues(random)
    used = 0
  }
  const at = used
  used += 10
  tick(at)
  const head = `${prefix}${hexDigit((counter >> 8) & 15)}${hexByte(counter & 255)}`
  const node = `${hexByte((byteAt(at) & 0x3f) | 0x80)}${hexByte(byteAt(at + 1))}-${randomHex(at + 2, 4)}`
  return `${head}-${node}${tail === '' ? randomHex(at + 6, 2) : tail}`
}

/** Moves on: a new millisecond begins with a random counter below 1,024, the next id in the same one is one higher. */
function tick(at: number): void {
  const now = Date.now()
  if (now <= lastMs && ++counter <= 0xfff) return
  lastMs = Math.max(now, lastMs + 1)
  counter = ((byteAt(at + 8) & 0x03) << 8) | byteAt(at + 9)
  const time = lastMs.toString(16).padStart(12, '0')
  prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`
}

function randomHex(at: number, bytes: number): string {
  let text = ''
  for (let index = at; index < at + bytes; index++) text += hexByte(byteAt(index))
  return text
}

function byteAt(index: number): number {
  return random[index] ?? 0
}

function hexByte(byte: number): string {
  return hex[byte] ?? ''
}

function hexDigit(digit: number): string {
  return digit.toString(16)
}
