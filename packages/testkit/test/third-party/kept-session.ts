import type { JsonValue, Message, Owner, StoredChat, StoredSession } from '@sess/core'
import { sameOwner } from '@sess/core'

/** Without `readonly`: what is kept is changed in its place, and copied on the way out. */
type Kept<Record> = { -readonly [Key in keyof Record]: Record[Key] }

export interface KeptSession {
  readonly record: Kept<StoredSession>
  /** Null once it is finished, or if it never was pending. */
  pendingMs: number | null
  readonly chats: Map<string, KeptChat>
  readonly context: Map<string, JsonValue>
  readonly operations: Operations
  claim: { readonly token: string; readonly until: number } | null
}

export interface KeptChat {
  readonly record: Kept<StoredChat>
  readonly messages: KeptMessage[]
  readonly operations: Operations
  turn: Turn | null
  lastFence: number
}

/** A message, and how many tool calls were open before it. */
export interface KeptMessage {
  readonly message: Message
  readonly openBefore: number
}

export interface Turn {
  readonly turnId: string
  readonly fence: number
  until: number
  interrupted: boolean
  ended: boolean
}

/** Answers of the last 16 operations, so that a repeat does nothing more. */
export class Operations {
  readonly #answers = new Map<string, unknown>()

  /** Does `work` unless this operation was done: then it gives the same answer again. */
  once<Answer>(operationId: string, work: () => Answer): Answer {
    if (this.#answers.has(operationId)) return this.#answers.get(operationId) as Answer
    const answer = work()
    this.#answers.set(operationId, answer)
    const [oldest] = this.#answers.keys()
    if (this.#answers.size > 16 && oldest !== undefined) this.#answers.delete(oldest)
    return answer
  }
}

export function isExpired({ record }: KeptSession, now: number): boolean {
  return record.expiresAt !== null && now >= record.expiresAt
}

/** Whether it takes a place under the limits on sessions. */
export function counts(session: KeptSession, now: number): boolean {
  return !isExpired(session, now) && ['active', 'paused', 'pending'].includes(session.record.status)
}

export function isOf(session: KeptSession | undefined, owner: Owner): session is KeptSession {
  return session !== undefined && sameOwner(session.record.owner, owner)
}

/** When it expires if it is created, or finished, now. */
export function firstExpiry({ record, pendingMs }: KeptSession, now: number): number | null {
  if (pendingMs !== null) return now + pendingMs
  const idleEnd = record.expiry.idleMs === null ? Infinity : now + record.expiry.idleMs
  const end = Math.min(idleEnd, absoluteEnd(record))
  return end === Infinity ? null : end
}

export function absoluteEnd({ expiry, createdAt }: Pick<StoredSession, 'expiry' | 'createdAt'>): number {
  return expiry.absoluteMs === null ? Infinity : createdAt + expiry.absoluteMs
}

/** Activity makes it expire later, and never earlier. */
export function noteActivity(session: KeptSession, now: number): void {
  const { record } = session
  record.lastActiveAt = now
  if (record.expiresAt === null) return
  if (session.pendingMs !== null) record.expiresAt = Math.max(record.expiresAt, now + session.pendingMs)
  else record.expiresAt = Math.max(record.expiresAt, Math.min(now + (record.expiry.idleMs ?? 0), absoluteEnd(record)))
}
