import type { JsonObject, StoredChat, StoredSession } from '@sess/core'

/** Fields as a script answers them; null where there is none. */
export type Row = readonly (string | null)[]

/** A session's record from the fields that session.lua names in `record`. */
export function sessionOf(id: string, row: Row): StoredSession {
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
  ] = row
  const [orgId = '', userId = ''] = JSON.parse(owner ?? '[]') as readonly string[]
  return {
    id,
    owner: Object.freeze({ orgId, userId }),
    key: key ?? null,
    status: status as StoredSession['status'],
    version: Number(version),
    tags: JSON.parse(tags ?? '[]') as readonly string[],
    data: JSON.parse(data ?? '{}') as JsonObject,
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
export function chatOf(id: string, sessionId: string, row: Row): StoredChat {
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
    data: JSON.parse(data ?? '{}') as JsonObject,
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
