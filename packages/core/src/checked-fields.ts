import { invalidArgument } from './errors.ts'
import { assertBytes, frozenJsonObject, type JsonObject, jsonBytes, utf8Bytes } from './json.ts'
import { nameProblem } from './owner.ts'

/** Tags at most on a session or chat. */
const maxTags = 64

/** A name that a caller chose (key, tag, context key). @throws {@link SessError} `INVALID_ARGUMENT`. */
export function checkedName(value: unknown, field: string): string {
  const problem = nameProblem(value)
  if (problem !== null) throw invalidArgument(field, problem)
  return value as string
}

/** A key or display name that may be left out. */
export function checkedOptionalName(value: unknown, field: string): string | null {
  return value === undefined || value === null ? null : checkedName(value, field)
}

/** Epoch milliseconds. @throws {@link SessError} `INVALID_ARGUMENT`. */
export function checkedInstant(at: unknown, field: string): number {
  if (typeof at !== 'number' || !Number.isSafeInteger(at) || at < 0)
    throw invalidArgument(field, 'must be epoch milliseconds')
  return at
}

/** Tags in the order given, each once. */
export function checkedTags(tags: unknown, field: string): readonly string[] {
  if (!Array.isArray(tags)) throw invalidArgument(field, 'must be a list of strings')
  const unique = new Set(Array.from(tags, (tag, index) => checkedName(tag, `${field}[${index}]`)))
  if (unique.size > maxTags) throw invalidArgument(field, `must hold at most ${maxTags} tags`)
  return Object.freeze([...unique])
}

/** A JSON object of bounded size, copied and frozen. */
export function checkedObject(value: unknown, field: string, maxBytes: number): JsonObject {
  const copy = frozenJsonObject(value, field)
  assertBytes(field, jsonBytes(copy), maxBytes)
  return copy
}

/** Text of bounded size. */
export function checkedText(value: unknown, field: string, maxBytes: number): string {
  if (typeof value !== 'string' || !value.isWellFormed()) throw invalidArgument(field, 'must be well-formed text')
  assertBytes(field, utf8Bytes(value), maxBytes)
  return value
}

/** @throws {@link SessError} `INVALID_ARGUMENT` if an option was given that does not exist: a typing error is no default. */
export function assertKnownKeys(value: object, known: readonly string[], field: string): void {
  if (typeof value !== 'object' || value === null) throw invalidArgument(field, 'must be an object')
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) throw invalidArgument(`${field}.${key}`, `is unknown; there are ${known.join(', ')}`)
  }
}
