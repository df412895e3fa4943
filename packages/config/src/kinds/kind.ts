import type { Value } from '../value.ts'

/** What a JSON Schema says of one value. */
export type ValueSchema = { readonly [keyword: string]: unknown }

/** A type of settings: reads what a file or a variable gives. */
export interface Kind {
  /** What is taken, as it follows "must be". */
  readonly takes: string
  readonly schema: ValueSchema
  /** What is added to the name of a setting where it is a property: milliseconds say so. */
  readonly suffix: '' | 'Ms'
  /** The value, or {@link Unfit}. */
  read(given: Value): unknown
}

/** Why a value can't be taken. It never holds the value. */
export class Unfit {
  readonly problem: string

  constructor(problem: string) {
    this.problem = problem
  }
}

/** A kind that reads one text or number. `read` answers undefined for what does not fit. */
export function scalarKind(
  takes: string,
  schema: ValueSchema,
  read: (text: string) => unknown,
  suffix: Kind['suffix'] = '',
): Kind {
  const unfit = new Unfit(`must be ${takes}`)
  return {
    takes,
    schema,
    suffix,
    read(given) {
      if (given.kind !== 'scalar' || given.value === null) return unfit
      const value = read(given.text)
      return value === undefined ? unfit : value
    },
  }
}

/** The same kind, where null and one word (or an empty text) mean that there is none. */
export function orNull(kind: Kind, word: string, meaning: string): Kind {
  const takes = `${kind.takes}, or null for ${meaning}`
  return {
    ...kind,
    takes,
    schema: { anyOf: [kind.schema, { enum: [null, word] }] },
    read(given) {
      if (given.kind === 'scalar' && (given.value === null || given.text === word)) return null
      const value = kind.read(given)
      return value instanceof Unfit ? new Unfit(value.problem.replace(kind.takes, takes)) : value
    },
  }
}
