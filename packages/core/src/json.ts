import { invalidArgument, SessError } from './errors.ts'

/** A value that JSON keeps without loss. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject

/** A JSON object. Keys such as `__proto__` are data like any other. */
export type JsonObject = { readonly [key: string]: JsonValue }

/** Deeper values are refused: they would overflow the stack of a reader. */
const maxDepth = 64

/**
 * A frozen copy of `value` that shares nothing with it.
 *
 * @throws {@link SessError} `INVALID_ARGUMENT` naming the place (`metadata.a[2]`) if JSON cannot keep the value without
 * loss: functions, symbols, BigInt, NaN, infinities, undefined in arrays, class instances, cycles, accessors,
 * lone surrogates. An `undefined` property is left out, as in JSON.
 */
export function frozenJson(value: unknown, field: string): JsonValue {
  return copy(value, field, [])
}

/** Like {@link frozenJson}, for values that must be objects. */
export function frozenJsonObject(value: unknown, field: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidArgument(field, 'must be an object')
  return copy(value, field, []) as JsonObject
}

/** Bytes of `value` as UTF-8 JSON. */
export function jsonBytes(value: JsonValue): number {
  return utf8Bytes(JSON.stringify(value))
}

/** Bytes of `text` in UTF-8, without encoding it. */
export function utf8Bytes(text: string): number {
  let bytes = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) continue
    if (unit < 0x800) bytes += 1
    else if (unit >= 0xd800 && unit <= 0xdbff) {
      bytes += 2
      index++
    } else bytes += 2
  }
  return bytes
}

/** @throws {@link SessError} `TOO_LARGE` if `bytes` is over `maxBytes`. */
export function assertBytes(field: string, bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return
  throw new SessError('TOO_LARGE', `${field} has ${bytes} bytes, at most ${maxBytes} are allowed`, {
    field,
    bytes,
    maxBytes,
  })
}

/** Whether two JSON values are the same, whatever the order of their keys. */
export function jsonEquals(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, index) => jsonEquals(item, b[index]))
  }
  const left = a as JsonObject
  const right = b as JsonObject
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  return keys.every((key) => Object.hasOwn(right, key) && jsonEquals(left[key], right[key]))
}

/** The keys from the value that was handed in down to where the copy is. A string is made of it only for an error. */
type Path = (string | number)[]

function copy(value: unknown, field: string, path: Path): JsonValue {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw problemAt(field, path, 'holds half a surrogate pair, which UTF-8 cannot keep')
      return value
    case 'boolean':
      return value
    case 'number':
      if (!Number.isFinite(value)) throw problemAt(field, path, 'must be a finite number')
      return value === 0 ? 0 : value
    case 'object':
      break
    default:
      throw problemAt(field, path, `holds ${typeof value}, which JSON cannot keep`)
  }
  if (value === null) return null
  if (path.length >= maxDepth) throw problemAt(field, path, `is nested deeper than ${maxDepth} levels, or holds itself`)
  return Array.isArray(value) ? copyArray(value, field, path) : copyObject(value as object, field, path)
}

function copyArray(value: readonly unknown[], field: string, path: Path): JsonValue {
  const items: JsonValue[] = []
  for (let index = 0; index < value.length; index++) {
    path.push(index)
    items.push(copy(value[index], field, path))
    path.pop()
  }
  return Object.freeze(items)
}

function copyObject(value: object, field: string, path: Path): JsonValue {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw problemAt(field, path, 'must be a plain object, not an instance of a class')
  }
  const result: Record<string, JsonValue> = {}
  for (const key of Object.keys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key)
    if (!key.isWellFormed()) throw problemAt(field, path, 'has a key with half a surrogate pair')
    path.push(key)
    if (property?.get !== undefined || property?.set !== undefined)
      throw problemAt(field, path, 'is an accessor, which JSON cannot keep')
    const item: unknown = property?.value
    if (item !== undefined) {
      const kept = copy(item, field, path)
      // A plain assignment of this one key would set the prototype.
      if (key === '__proto__') Object.defineProperty(result, key, { value: kept, enumerable: true, configurable: true })
      else result[key] = kept
    }
    path.pop()
  }
  return Object.freeze(result)
}

function problemAt(field: string, path: Path, problem: string): SessError {
  const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')
  return invalidArgument(`${field}${place}`, problem)
}
