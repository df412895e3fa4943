import { type Kind, scalarKind } from './kind.ts'

const words = new Map(
  Object.entries({ true: true, yes: true, on: true, '1': true, false: false, no: false, off: false, '0': false }),
)

/** Yes or no. */
export const flag: Kind = scalarKind('true or false', { enum: [true, false, ...words.keys(), 1, 0] }, (text) =>
  words.get(text.toLowerCase()),
)
