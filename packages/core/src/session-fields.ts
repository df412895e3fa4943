import { assertKnownKeys, checkedObject, checkedOptionalName, checkedTags } from './checked-fields.ts'
import { checkedExpiry } from './expiry.ts'
import type { JsonObject, JsonValue } from './json.ts'
import { checkedSessionLimits, type Limits, type SessionLimits } from './limits.ts'
import { contextEntries } from './session-context.ts'
import type { SessionData } from './session-record.ts'
import type { SessionExpiry } from './store/session-records.ts'

/** What can be said of a session and changed later. */
export interface SessionUpdate {
  readonly name?: string | null | undefined
  /** Each once. At most 64. */
  readonly tags?: readonly string[] | undefined
  readonly metadata?: JsonObject | undefined
  readonly preferences?: JsonObject | undefined
}

/** What a new session is given. All of it may be left out. */
export interface CreateSessionInput extends SessionUpdate {
  /** The caller's own name for it, unique for the owner: a browser's chat id, a ticket number. */
  readonly key?: string | undefined
  /** Context values to begin with. */
  readonly context?: Readonly<Record<string, JsonValue>> | undefined
  /** @default the manager's `expiry`, for each field */
  readonly expiry?: Partial<SessionExpiry> | undefined
  /** @default the manager's `limits`, for each field */
  readonly limits?: Partial<SessionLimits> | undefined
  /** Used as it is in place of the composer's. */
  readonly systemPrompt?: string | undefined
  /** Values for the composer's templates. Kept with the session for `refreshPrompt`. */
  readonly promptVariables?: JsonObject | undefined
}

/** A new session's fields, checked and copied. */
export interface CheckedSession {
  readonly key: string | null
  readonly tags: readonly string[]
  readonly expiry: SessionExpiry
  readonly context: readonly (readonly [string, JsonValue])[]
  readonly data: Omit<SessionData, 'systemPrompt'>
}

const updateKeys = ['name', 'tags', 'metadata', 'preferences']
const createKeys = [...updateKeys, 'key', 'context', 'expiry', 'limits', 'systemPrompt', 'promptVariables']

/** @throws {@link SessError} `INVALID_ARGUMENT`, `TOO_LARGE` naming the field. */
export function checkedNewSession(input: CreateSessionInput, limits: Limits, expiry: SessionExpiry): CheckedSession {
  assertKnownKeys(input, createKeys, 'input')
  return {
    key: checkedOptionalName(input.key, 'key'),
    tags: checkedTags(input.tags ?? [], 'tags'),
    expiry: checkedExpiry(input.expiry ?? {}, expiry),
    context: contextEntries(input.context ?? {}, 'context'),
    data: {
      name: checkedOptionalName(input.name, 'name'),
      metadata: checkedObject(input.metadata ?? {}, 'metadata', limits.bytesPerField),
      preferences: checkedObject(input.preferences ?? {}, 'preferences', limits.bytesPerField),
      promptVariables: checkedObject(input.promptVariables ?? {}, 'promptVariables', limits.bytesPerField),
      limits: checkedSessionLimits(input.limits ?? {}),
      archivedFrom: null,
    },
  }
}

/** The change, checked and copied; it holds only what was named. */
export function checkedSessionUpdate(
  update: SessionUpdate,
  limits: Limits,
): { readonly tags?: readonly string[]; readonly data: Partial<SessionData> } {
  assertKnownKeys(update, updateKeys, 'change')
  const data: { -readonly [Key in keyof SessionData]?: SessionData[Key] } = {}
  if (update.name !== undefined) data.name = checkedOptionalName(update.name, 'name')
  if (update.metadata !== undefined) data.metadata = checkedObject(update.metadata, 'metadata', limits.bytesPerField)
  if (update.preferences !== undefined)
    data.preferences = checkedObject(update.preferences, 'preferences', limits.bytesPerField)
  return update.tags === undefined ? { data } : { data, tags: checkedTags(update.tags, 'tags') }
}
