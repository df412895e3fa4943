import type { JsonObject, Owner, StoredSession } from '@sess/core'
import { idText } from '../sql/bytes.ts'
import { decodeData, decodePayload } from '../sql/payload.ts'
import { never } from '../sql/sql-builder.ts'
import type { SessionRow } from './session-statements.ts'
import { type Status, statusOf } from './status.ts'

/** A session as it was read. Methods change a copy, and what differs is written. */
export interface SessionState {
  readonly id: string
  readonly key: Buffer
  readonly owner: Owner
  readonly ownerKey: Buffer
  readonly orgKey: Buffer
  readonly callerKey: string | null
  readonly idleMs: number | null
  readonly absoluteMs: number | null
  readonly pendingMs: number
  readonly endsAt: number
  readonly createdAt: number
  /** The server's clock when it was read. */
  readonly now: number
  status: Status
  /** It has left the counters. */
  lapsed: boolean
  lastActiveAt: number
  expiresAt: number
  chats: number
  messages: number
  contextKeys: number
  contextBytes: number
  version: number
  updatedAt: number
  activeChat: Buffer | null
  operations: Buffer
  claim: Buffer | null
  claimedUntil: number
  tags: readonly string[]
  data: JsonObject
}

export function sessionState(row: SessionRow): SessionState {
  return {
    id: idText(row.id),
    key: row.id,
    owner: Object.freeze({ orgId: row.org_id.toString('utf8'), userId: row.user_id.toString('utf8') }),
    ownerKey: row.owner,
    orgKey: row.org,
    callerKey: row.caller_key === null ? null : row.caller_key.toString('utf8'),
    idleMs: numberOrNull(row.idle_ms),
    absoluteMs: numberOrNull(row.absolute_ms),
    pendingMs: Number(row.pending_ms),
    endsAt: Number(row.ends_at),
    createdAt: Number(row.created_at),
    now: Number(row.now),
    status: statusOf(row.status),
    lapsed: row.lapsed === 1,
    lastActiveAt: Number(row.last_active_at),
    expiresAt: Number(row.expires_at),
    chats: row.chats,
    messages: Number(row.messages),
    contextKeys: row.context_keys,
    contextBytes: Number(row.context_bytes),
    version: Number(row.version),
    updatedAt: Number(row.updated_at),
    activeChat: row.active_chat,
    operations: row.operations,
    claim: row.claim,
    claimedUntil: Number(row.claimed_until),
    tags: decodePayload(row.tags) as readonly string[],
    data: decodeData(row.data, row.codec_keys),
  }
}

/** The record of a session: frozen inside, the caller's own outside. */
export function sessionRecord(session: SessionState): StoredSession {
  return {
    id: session.id,
    owner: session.owner,
    key: session.callerKey,
    status: session.status,
    version: session.version,
    tags: session.tags,
    data: session.data,
    expiry: Object.freeze({ idleMs: session.idleMs, absoluteMs: session.absoluteMs }),
    activeChatId: session.activeChat === null ? null : idText(session.activeChat),
    chatCount: session.chats,
    createdAt: session.createdAt,
    updatedAt: session.updatedAt,
    lastActiveAt: session.lastActiveAt,
    expiresAt: session.expiresAt === never ? null : session.expiresAt,
  }
}

/** BIGINT columns come as text from a pool that was told so. */
export function numberOrNull(value: number | null): number | null {
  return value === null ? null : Number(value)
}
