import type { JsonObject } from './json.ts'
import type { SessionLimits } from './limits.ts'
import type { Owner } from './owner.ts'
import type { ComposedPrompt } from './prompt-composer.ts'
import type { SessionExpiry, SessionStatus, StoredSession } from './store/session-records.ts'

/** A session as it was when it was read. Frozen. */
export interface SessionRecord {
  readonly id: string
  readonly owner: Owner
  /** The caller's own name for it, if it was given one. */
  readonly key: string | null
  readonly name: string | null
  readonly status: SessionStatus
  readonly tags: readonly string[]
  readonly metadata: JsonObject
  readonly preferences: JsonObject
  /** The composed prompt the session was created with, or that `refreshPrompt` or `setSystemPrompt` left. */
  readonly systemPrompt: ComposedPrompt | null
  /** The limits the session set for itself. */
  readonly limits: Partial<SessionLimits>
  readonly expiry: SessionExpiry
  readonly activeChatId: string | null
  readonly chatCount: number
  /** Grows with every change of the record. Activity is no change. */
  readonly version: number
  /** Epoch milliseconds, like every instant here. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly lastActiveAt: number
  /** The instant from which on it is expired; null is never. */
  readonly expiresAt: number | null
}

/** What a store keeps of a session without looking at it. */
export interface SessionData {
  readonly name: string | null
  readonly metadata: JsonObject
  readonly preferences: JsonObject
  readonly systemPrompt: ComposedPrompt | null
  readonly promptVariables: JsonObject
  readonly limits: Partial<SessionLimits>
  /** The state that `restore` goes back to. */
  readonly archivedFrom: 'active' | 'paused' | null
  /** What the session's resources remember of it, by their names. */
  readonly resources?: Readonly<Record<string, JsonObject>> | undefined
}

/** The opaque part of a stored session. Only sess writes it, so its form is known. It is empty where the session's keys were erased. */
export function sessionData(stored: StoredSession): SessionData {
  const data = stored.data as unknown as Partial<SessionData>
  return data.metadata === undefined ? erased : (data as SessionData)
}

const erased: SessionData = Object.freeze({
  name: null,
  metadata: Object.freeze({}),
  preferences: Object.freeze({}),
  systemPrompt: null,
  promptVariables: Object.freeze({}),
  limits: Object.freeze({}),
  archivedFrom: null,
})

/** The record of a stored session. */
export function toSessionRecord(stored: StoredSession): SessionRecord {
  const data = sessionData(stored)
  return Object.freeze({
    id: stored.id,
    owner: stored.owner,
    key: stored.key,
    name: data.name,
    // A session that is still being made is shown to its resources only, as what it is about to be.
    status: stored.status === 'pending' ? 'active' : stored.status,
    tags: stored.tags,
    metadata: data.metadata,
    preferences: data.preferences,
    systemPrompt: data.systemPrompt,
    limits: data.limits,
    expiry: stored.expiry,
    activeChatId: stored.activeChatId,
    chatCount: stored.chatCount,
    version: stored.version,
    createdAt: stored.createdAt,
    updatedAt: stored.updatedAt,
    lastActiveAt: stored.lastActiveAt,
    expiresAt: stored.expiresAt,
  })
}
