import { isSessError, type JsonObject, type StoredSession, sessionDataPlace } from '@sess/core'
import type { SessionEntry } from './entries.ts'
import { readKept } from './kept.ts'

/** The record of a session, the caller's own; what is in it is frozen. */
export function sessionRecord(entry: SessionEntry): StoredSession {
  return {
    id: entry.id,
    owner: entry.user.owner,
    key: entry.key,
    status: entry.status,
    version: entry.version,
    tags: entry.tags,
    data: dataOf(entry),
    expiry: entry.expiry,
    activeChatId: entry.activeChatId,
    chatCount: entry.chatCount,
    createdAt: entry.createdAt,
    updatedAt: entry.updatedAt,
    lastActiveAt: entry.lastActiveAt,
    expiresAt: entry.expiresAt === Infinity ? null : entry.expiresAt,
  }
}

/** Where the keys were erased the data are empty rather than an error, so that the session can be listed, swept and deleted. */
function dataOf({ codec, data }: SessionEntry): JsonObject {
  try {
    return readKept(codec, data, sessionDataPlace)
  } catch (error) {
    if (isSessError(error, 'CODEC_SHREDDED')) return noData
    throw error
  }
}

const noData: JsonObject = Object.freeze({})

export function isExpired(entry: SessionEntry, now: number): boolean {
  return entry.lapsed || now >= entry.expiresAt
}

/** Notes a change of the record. */
export function recordChanged(entry: SessionEntry, now: number): void {
  entry.version++
  entry.updatedAt = now
}

/** When a session expires that lives for `lengthMs` from now on: never past its absolute end. */
export function expiryAfter(
  entry: Pick<SessionEntry, 'createdAt' | 'expiry'>,
  lengthMs: number | null,
  now: number,
): number {
  const { absoluteMs } = entry.expiry
  const absoluteEnd = absoluteMs === null ? Infinity : entry.createdAt + absoluteMs
  return lengthMs === null ? absoluteEnd : Math.min(now + lengthMs, absoluteEnd)
}
