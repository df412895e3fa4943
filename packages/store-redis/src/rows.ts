import { chatDataPlace, type JsonObject, type SessionCodec, type StoredChat, type StoredSession } from '@sess/core'
import type { Backend } from './backend.ts'
import { openedData, openedValue } from './payload.ts'

/** Fields as a script answers them; null where there is none. */
export type Row = readonly (string | null)[]

/** A session's record from the fields that session.lua names in `record`. */
export async function sessionOf(backend: Backend, id: string, row: Row): Promise<StoredSession> {
  const [
    owner,
    key,
    status,
    version,
    tags,
    data,
    idle,
    absolute,
    active,
    chats,
    created,
    updated,
    lastActive,
    expires,
    keys,
  ] = row
  const [orgId = '', userId = ''] = JSON.parse(owner ?? '[]') as readonly string[]
  const ref = { id, owner: Object.freeze({ orgId, userId }) }
  return {
    ...ref,
    key: key ?? null,
    status: status as StoredSession['status'],
    version: Number(version),
    tags: JSON.parse(tags ?? '[]') as readonly string[],
    data: await openedData(backend, ref, keys ?? '', data ?? '{}'),
    expiry: { idleMs: numberOrNull(idle), absoluteMs: numberOrNull(absolute) },
    activeChatId: active || null,
    chatCount: Number(chats),
    createdAt: Number(created),
    updatedAt: Number(updated),
    lastActiveAt: Number(lastActive),
    expiresAt: numberOrNull(expires),
  }
}

/** A chat's record from the fields that chat.lua names. */
export function chatOf(codec: SessionCodec | null, id: string, sessionId: string, row: Row): StoredChat {
  const [
    key,
    version,
    data,
    maxMessages,
    overflow,
    created,
    updated,
    first,
    last,
    lastMessage,
    open,
    turns,
    total,
    times,
  ] = row
  return {
    id,
    sessionId,
    key: key ?? null,
    version: Number(version),
    data: openedValue(codec, data ?? '{}', chatDataPlace(id)) as JsonObject,
    maxMessages: numberOrNull(maxMessages),
    overflow: overflow as StoredChat['overflow'],
    createdAt: Number(created),
    updatedAt: Number(updated),
    firstSeq: Number(first),
    lastSeq: Number(last),
    lastMessageAt: numberOrNull(lastMessage),
    openCalls: Number(open),
    turnCount: Number(turns),
    responseMsTotal: Number(total),
    recentResponseMs: (times ?? '').split(' ').filter(Boolean).map(Number),
  }
}

export function numberOrNull(text: string | number | null | undefined): number | null {
  return text === '' || text === null || text === undefined ? null : Number(text)
}

/** An argument of a script; '' is none. */
export function argument(value: number | string | null | undefined): string {
  return value === null || value === undefined ? '' : `${value}`
}
