import { invalidArgument, SessError } from './errors.ts'

/** A place in a list, as a store writes it into a cursor. */
export type CursorPosition = readonly (string | number)[]

/**
 * Makes an opaque cursor. `scope` names the list (method, query and order), so that a cursor is good for that list only.
 * It holds no secret and grants nothing: a forged one moves a reader inside what it may list anyway.
 */
export function sealCursor(scope: string, position: CursorPosition): string {
  const body = JSON.stringify(position)
  return toBase64Url(`${checksum(`${scope}\n${body}`)}${body}`)
}

/** Opens a cursor. @throws {@link SessError} `CURSOR_INVALID` if it was damaged or belongs to another list. */
export function openCursor(scope: string, cursor: string): CursorPosition {
  const text = fromBase64Url(cursor)
  const body = text.slice(8)
  if (text === '' || text.slice(0, 8) !== checksum(`${scope}\n${body}`)) throw cursorInvalid()
  return positionIn(body)
}

/** The page size to use. @throws {@link SessError} `INVALID_ARGUMENT` unless it is a whole number from 1 to 200. */
export function pageLimit(limit: number | undefined): number {
  if (limit === undefined) return 20
  if (!Number.isInteger(limit) || limit < 1 || limit > 200)
    throw invalidArgument('limit', 'must be a whole number from 1 to 200')
  return limit
}

/** The checksum is no secret: whoever forges a cursor may put anything behind it. */
function positionIn(body: string): CursorPosition {
  let position: unknown
  try {
    position = JSON.parse(body)
  } catch {
    throw cursorInvalid()
  }
  if (!Array.isArray(position) || !position.every((item) => typeof item === 'string' || typeof item === 'number'))
    throw cursorInvalid()
  return position
}

function cursorInvalid(): SessError {
  return new SessError('CURSOR_INVALID', 'cursor was not made by this list, or was damaged', { field: 'cursor' })
}

/** FNV-1a, 32 bits: tells damage and mixed-up lists, not forgery. */
function checksum(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

function toBase64Url(text: string): string {
  const bytes = new TextEncoder().encode(text)
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

function fromBase64Url(cursor: unknown): string {
  if (typeof cursor !== 'string' || cursor.length > 4096 || !/^[\w-]+$/.test(cursor)) throw cursorInvalid()
  let text: string
  try {
    const binary = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'))
    text = new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(binary, (unit) => unit.charCodeAt(0)))
  } catch {
    throw cursorInvalid()
  }
  // Base64 has several spellings of the same bytes, as its last character may hold bits that mean nothing.
  if (toBase64Url(text) !== cursor) throw cursorInvalid()
  return text
}
