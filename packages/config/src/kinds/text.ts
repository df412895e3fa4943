import { Secret } from '../secret.ts'
import { type Kind, scalarKind } from './kind.ts'

/** Longest text of a setting, in UTF-16 units. */
const maxLength = 4_096

/** Text without control characters that `pattern` matches. */
export function text(takes = 'text', pattern: RegExp = /^/): Kind {
  return scalarKind(takes, { type: ['string', 'number'] }, (given) =>
    isText(given) && pattern.test(given) ? given : undefined,
  )
}

/** Text that nobody is to see. */
export const secretText: Kind = scalarKind('text', { type: ['string', 'number'] }, (given) =>
  isText(given) && given !== '' ? new Secret(given) : undefined,
)

function isText(given: string): boolean {
  return given.length <= maxLength && given.isWellFormed() && !/\p{Cc}/u.test(given)
}
