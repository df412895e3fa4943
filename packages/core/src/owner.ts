import { SessError } from './errors.ts'
import { utf8Bytes } from './json.ts'

/** Who a session belongs to. Every session has exactly one owner, and it never changes. */
export interface Owner {
  /** The organisation (tenant). Any text of 1 to 255 bytes. */
  readonly orgId: string
  /** The user inside the organisation. Any text of 1 to 255 bytes. */
  readonly userId: string
}

/** Longest organisation id, user id or caller's key, in bytes of UTF-8. */
const maxNameBytes = 255

/** A frozen copy of the owner. @throws {@link SessError} `INVALID_ORG_ID` or `INVALID_USER_ID`. */
export function checkedOwner(owner: Owner): Owner {
  const { orgId, userId } = owner ?? {}
  const orgProblem = nameProblem(orgId)
  if (orgProblem !== null) throw new SessError('INVALID_ORG_ID', `orgId ${orgProblem}`, { field: 'orgId' })
  const userProblem = nameProblem(userId)
  if (userProblem !== null) throw new SessError('INVALID_USER_ID', `userId ${userProblem}`, { field: 'userId' })
  return Object.freeze({ orgId, userId })
}

/** Why `value` can't be a name that a caller chose, or null if it can. Any well-formed text can: names are data. */
export function nameProblem(value: unknown): string | null {
  if (typeof value !== 'string') return 'must be a string'
  if (value === '') return 'must not be empty'
  if (!value.isWellFormed()) return 'must be well-formed Unicode'
  if (utf8Bytes(value) > maxNameBytes) return `must have at most ${maxNameBytes} bytes`
  return null
}

/** Whether both are the same owner. */
export function sameOwner(a: Owner, b: Owner): boolean {
  return a.orgId === b.orgId && a.userId === b.userId
}
