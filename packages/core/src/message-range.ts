import { invalidArgument } from './errors.ts'
import type { MessageRange } from './store/message-log.ts'

/** The range as a store takes it, the newest 50 by default. @throws {@link SessError} `INVALID_ARGUMENT` naming the field. */
export function checkedRange(range: Partial<MessageRange>): MessageRange {
  const { before, after, offset, limit = 50 } = range
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000)
    throw invalidArgument('limit', 'must be a whole number from 1 to 1,000')
  const places = Object.entries({ before, after, offset }).filter(([, place]) => place !== undefined)
  if (places.length > 1) throw invalidArgument('range', 'takes one of before, after and offset')
  for (const [name, place] of places) {
    if (typeof place !== 'number' || !Number.isSafeInteger(place) || place < 0)
      throw invalidArgument(name, 'must be a whole number from 0 up')
  }
  return { before, after, offset, limit }
}
