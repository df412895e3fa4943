import { SessError } from '../errors.ts'
import type { JsonValue } from '../json.ts'

/** Deeper values are refused. Callers' values have 64 levels at most; a record around them has a few more. */
const maxDepth = 128

/**
 * The value of a JSON text, frozen. Keys such as `__proto__` are own properties like any other: `JSON.parse` sees to that.
 *
 * @throws {@link SessError} `CODEC_FORMAT` if it is no JSON, or is nested too deep.
 */
export function decodedJson(text: string): JsonValue {
  let value: JsonValue
  try {
    value = JSON.parse(text) as JsonValue
  } catch {
    // The error of the parser quotes the text.
    throw formatError()
  }
  return frozen(value, 0)
}

/** @throws {@link SessError} `CODEC_FORMAT` if `value` could not be decoded again. */
export function assertDecodable(value: JsonValue): void {
  measure(value, 0)
}

export function formatError(): SessError<'CODEC_FORMAT'> {
  return new SessError('CODEC_FORMAT', 'the value is damaged, or was not encoded by this codec', {})
}

function frozen(value: JsonValue, depth: number): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (depth === maxDepth) throw formatError()
  for (const item of Object.values(value)) frozen(item, depth + 1)
  return Object.freeze(value)
}

function measure(value: JsonValue, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth === maxDepth) throw formatError()
  for (const item of Object.values(value)) measure(item, depth + 1)
}
