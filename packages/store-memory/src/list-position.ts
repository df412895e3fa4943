import { openCursor, SessError } from '@sess/core'
import type { ActivityKey } from './entries.ts'

/** Where a list goes on: after this place, or at its beginning. @throws {@link SessError} `CURSOR_INVALID`. */
export function openPosition(scopeName: string, cursor: string | undefined): ActivityKey | undefined {
  if (cursor === undefined) return undefined
  const [activeMinute, id] = openCursor(scopeName, cursor)
  if (typeof activeMinute === 'number' && typeof id === 'string') return { activeMinute, id }
  throw new SessError('CURSOR_INVALID', 'cursor was not made by this list', { field: 'cursor' })
}
