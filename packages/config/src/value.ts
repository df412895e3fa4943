/** Where something stands in a file, counted from 1; nulls where there is no text. */
export interface Place {
  readonly line: number | null
  readonly column: number | null
}

/** One value, with the text it was written as: of `0123` the number has forgotten the zero. */
export interface ScalarValue extends Place {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  readonly text: string
}

interface ListValue extends Place {
  readonly kind: 'list'
  readonly items: readonly Value[]
}

export interface MapEntry extends Place {
  readonly key: string
  readonly value: Value
}

export interface MapValue extends Place {
  readonly kind: 'map'
  readonly entries: readonly MapEntry[]
}

/** What a file, an object or a variable gives for a setting or a section. */
export type Value = ScalarValue | ListValue | MapValue

export const nowhere: Place = Object.freeze({ line: null, column: null })

/** A text without a place of its own, such as a variable's. */
export function textValue(text: string, { line, column }: Place = nowhere): ScalarValue {
  return { kind: 'scalar', value: text, text, line, column }
}
