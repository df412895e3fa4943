import { invalidArgument } from './errors.ts'
import type { Overflow } from './store/chat-records.ts'
import type { SessionQuotas } from './store/session-records.ts'

/** Limits that a session may set for itself. */
export interface SessionLimits {
  /** @default null, any number */
  readonly chatsPerSession: number | null
  /** Read when a chat is created. @default null, any number */
  readonly messagesPerChat: number | null
  /** What happens when a chat is full. @default 'trim-oldest' */
  readonly overflow: Overflow
  /** The content of a message as UTF-8. @default 1_048_576 */
  readonly bytesPerMessage: number
  /** @default 256 */
  readonly contextKeys: number | null
  /** All keys and values of a session's context as UTF-8 JSON. @default 1_048_576 */
  readonly contextBytes: number | null
}

/** Limits of a manager. They are kept by the store, across processes. */
export interface Limits extends SessionLimits {
  /** Sessions in the store that are active, paused or being created. @default null, any number */
  readonly sessions: number | null
  /** The same, per organisation. @default null, any number */
  readonly sessionsPerOrg: number | null
  /** The same, per user. @default null, any number */
  readonly sessionsPerUser: number | null
  /** A field of a record (metadata, preferences, agent, …) as UTF-8 JSON. @default 65_536 */
  readonly bytesPerField: number
  /** A system prompt as UTF-8. @default 262_144 */
  readonly bytesPerPrompt: number
}

/** The limits of a manager that is given none: on sizes and context keys, and on no number of sessions, chats or messages. */
export const defaultLimits: Limits = Object.freeze({
  sessions: null,
  sessionsPerOrg: null,
  sessionsPerUser: null,
  chatsPerSession: null,
  messagesPerChat: null,
  overflow: 'trim-oldest',
  bytesPerMessage: 1_048_576,
  bytesPerField: 65_536,
  bytesPerPrompt: 262_144,
  contextKeys: 256,
  contextBytes: 1_048_576,
})

const sessionLimitNames: readonly (keyof SessionLimits)[] = [
  'chatsPerSession',
  'messagesPerChat',
  'overflow',
  'bytesPerMessage',
  'contextKeys',
  'contextBytes',
]

/** A frozen copy. @throws {@link SessError} `INVALID_ARGUMENT` naming the limit that is unknown or out of range. */
export function checkedLimits(limits: Partial<Limits>, field = 'limits'): Partial<Limits> {
  return checked(limits, Object.keys(defaultLimits), field)
}

/** The same for the limits that a session may set. */
export function checkedSessionLimits(limits: Partial<SessionLimits>, field = 'limits'): Partial<SessionLimits> {
  return checked(limits, sessionLimitNames, field)
}

/** The limits on the numbers of sessions, as a store takes them. */
export function sessionQuotas(limits: Limits): SessionQuotas {
  return { store: limits.sessions, org: limits.sessionsPerOrg, user: limits.sessionsPerUser }
}

function checked(limits: Partial<Limits>, names: readonly string[], field: string): Partial<Limits> {
  if (typeof limits !== 'object' || limits === null) throw invalidArgument(field, 'must be an object')
  const copy: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(limits)) {
    if (!names.includes(name)) throw invalidArgument(`${field}.${name}`, `is no limit; there are ${names.join(', ')}`)
    if (value === undefined) continue
    assertLimit(name, value, `${field}.${name}`)
    copy[name] = value
  }
  return Object.freeze(copy) as Partial<Limits>
}

function assertLimit(name: string, value: unknown, field: string): void {
  if (name === 'overflow') {
    if (value !== 'trim-oldest' && value !== 'reject') throw invalidArgument(field, "must be 'trim-oldest' or 'reject'")
    return
  }
  if (value === null && !name.startsWith('bytes')) return
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
    throw invalidArgument(
      field,
      name.startsWith('bytes')
        ? 'must be a whole number from 1 up'
        : 'must be a whole number from 1 up, or null for any number',
    )
  }
}
