import {
  chatDataPlace,
  type JsonObject,
  type Owner,
  type SessionCodec,
  type StoredChat,
  type StoredSession,
} from '@sess/core'
import type { Backend } from './backend.ts'
import { openedData, openedValue } from './payload.ts'

/** Fields as a script answers them; null where there is none. */
export type Row = readonly (string | null)[]

/** A session's record from the fields that session.lua names in `record`. */
export async function sessionOf(backend: Backend, id: string, row: Row): Promise<StoredSession> {
  const [head, owner, key, version, tags, data, idle, absolute, active, chats, created, updated, keys] = row
  const [status, lastActive, expires] = (head ?? '').split(' ')
  const ref = { id, owner: ownerOf(owner ?? '[]') }
  const value = openedData(backend, ref, keys ?? '', data ?? '{}')
  return {
    id,
    owner: ref.owner,
    key: key ?? null,
    status: status as StoredSession['status'],
    version: Number(version),
    tags: tags === '[]' ? [] : (JSON.parse(tags ?? '[]') as readonly string[]),
    data: value instanceof Promise ? await value : value,
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
  const [key, version, data, maxMessages, overflow, created, updated, turns, total, times, lease, head] = row
  const [first, last, open, lastMessage] = (head ?? '').split(' ')
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
    turnExpiresAt: numberOrNull(lease),
    turnCount: Number(turns),
    responseMsTotal: Number(total),
    recentResponseMs: (times ?? '').split(' ').filter(Boolean).map(Number),
  }
}

/** Owners whose sessions were read lately, by their text: a user's sessions are read again and again. */
const owners = new Map<string, Owner>()

function ownerOf(text: string): Owner {
  const known = owners.get(text)
  if (known !== undefined) return known
  if (owners.size > 10_000) owners.clear()
  const [orgId = '', userId = ''] = JSON.parse(text) as readonly string[]
  const owner = Object.freeze({ orgId, userId })
  owners.set(text, owner)
  return owner
}

export function numberOrNull(text: string | number | null | undefined): number | null {
  return text === '' || text === null || text === undefined ? null : Number(text)
}

/** An argument of a script; '' is none. */
export function argument(value: number | string | null | undefined): string {
  return value === null || value === undefined ? '' : `${value}`
}
