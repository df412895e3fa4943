import { frozenJson, frozenJsonObject, type JsonValue, jsonBytes, jsonEquals, utf8Bytes } from '@sess/core'
import { expect, test } from 'vitest'
import { assertBytes } from '../src/json.ts'
import { failure } from './one-session.ts'

class Point {
  x = 1
}
const cyclic: unknown[] = []
cyclic.push({ deeper: cyclic })

const refused: readonly (readonly [string, unknown, string])[] = [
  ['a function', { a: () => 1 }, 'value.a'],
  ['a symbol', [Symbol('s')], 'value[0]'],
  ['a BigInt', { list: [1, 2n] }, 'value.list[1]'],
  ['NaN', { a: { b: Number.NaN } }, 'value.a.b'],
  ['an infinity', [[Number.NEGATIVE_INFINITY]], 'value[0][0]'],
  ['undefined', undefined, 'value'],
  ['undefined in an array', { a: [1, undefined] }, 'value.a[1]'],
  ['a hole in an array', new Array(1), 'value[0]'],
  ['an instance of a class', { a: new Point() }, 'value.a'],
  ['a Date', new Date(0), 'value'],
  ['a Map', { a: new Map() }, 'value.a'],
  ['a getter', Object.defineProperty({}, 'now', { get: () => 1, enumerable: true }), 'value.now'],
  ['a setter', Object.defineProperty({}, 'now', { set: () => {}, enumerable: true }), 'value.now'],
  ['half a surrogate pair', ['\ud800'], 'value[0]'],
  ['half a surrogate pair in a key', { a: { '\udc00': 1 } }, 'value.a'],
]

test.each(refused)('json: %s is INVALID_ARGUMENT that names the place', async (_, value, field) => {
  const { code, details } = await failure(() => frozenJson(value, 'value'))
  expect([code, details]).toEqual(['INVALID_ARGUMENT', { field }])
})

test('json: the place after a healthy neighbour is the right one', async () => {
  const value = { healthy: [{ deep: [1] }], left: undefined, bad: [[], [{}, { x: 1n }]] }
  expect((await failure(() => frozenJson(value, 'metadata'))).details).toEqual({ field: 'metadata.bad[1][1].x' })
})

test('json: a cycle is an error and not a full stack', async () => {
  const { code, message } = await failure(() => frozenJson(cyclic, 'value'))
  expect([code, message]).toEqual(['INVALID_ARGUMENT', expect.stringContaining('nested deeper than 64 levels')])
})

test('json: 64 levels are kept, 65 are refused', async () => {
  const nested = (levels: number): unknown => {
    let value: unknown = 'leaf'
    for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { inner: value }
    return value
  }
  expect(frozenJson(nested(64), 'value')).toEqual(nested(64))
  expect((await failure(() => frozenJson(nested(65), 'value'))).code).toBe('INVALID_ARGUMENT')
})

test('json: a copy shares nothing, and is frozen at every depth', () => {
  const source = { list: [{ text: 'a' }], left: undefined }
  const copy = frozenJsonObject(source, 'value')
  const [inner] = source.list
  if (inner !== undefined) inner.text = 'b'
  source.list.push({ text: 'c' })
  expect(copy).toEqual({ list: [{ text: 'a' }] })
  expect('left' in copy).toBe(false)
  const list = copy.list as readonly object[]
  expect([copy, list, list[0]].map(Object.isFrozen)).toEqual([true, true, true])
})

test('json: the same object at two places is two copies, and no cycle', () => {
  const shared = { a: 1 }
  const copy = frozenJson([shared, shared], 'value') as readonly object[]
  expect(copy).toEqual([shared, shared])
  expect(copy[0]).not.toBe(copy[1])
})

test('json: __proto__ and constructor are keys like any other', () => {
  const copy = frozenJsonObject(JSON.parse('{"__proto__":{"admin":true},"constructor":1}'), 'value')
  expect(Object.keys(copy)).toEqual(['__proto__', 'constructor'])
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
  expect((copy as { admin?: boolean }).admin).toBeUndefined()
  expect(JSON.stringify(copy)).toBe('{"__proto__":{"admin":true},"constructor":1}')
})

test('json: objects without a prototype are plain, -0 is 0', () => {
  expect(frozenJson(Object.assign(Object.create(null), { a: -0 }), 'value')).toStrictEqual({ a: 0 })
})

test.each([[null], [[]], ['text'], [1]])('json: %j is no object', async (value) => {
  expect((await failure(() => frozenJsonObject(value, 'metadata'))).details).toEqual({ field: 'metadata' })
})

test('json: no text of a place is made unless an error needs it', () => {
  const keys = Array.from({ length: 50 }, (_, index) => `key${index}`)
  let texts = 0
  // Whatever builds a place from its field calls this.
  const field = {
    [Symbol.toPrimitive]: () => {
      texts++
      return 'value'
    },
  } as unknown as string
  frozenJson(Object.fromEntries(keys.map((key) => [key, [1, { [key]: 2 }]])), field)
  expect(texts).toBe(0)
  expect(() => frozenJson({ a: [1n] }, field)).toThrow('value.a[0] holds bigint')
  expect(texts).toBeGreaterThan(0)
})

test.each([
  ['', 0],
  ['abc', 3],
  ['é', 2],
  ['€', 3],
  ['😀', 4],
  ['a😀é€', 10],
])('json: %j has %i bytes of UTF-8', (text, bytes) => {
  expect(utf8Bytes(text)).toBe(bytes)
  expect(new TextEncoder().encode(text).length).toBe(bytes)
})

test('json: bytes count the JSON, with its escapes', () => {
  expect(jsonBytes({ 'a"': ['\n', '😀'] })).toBe(Buffer.byteLength(JSON.stringify({ 'a"': ['\n', '😀'] })))
})

test('json: as many bytes as are allowed pass, one more is TOO_LARGE', async () => {
  assertBytes('metadata', 10, 10)
  const { code, details } = await failure(() => assertBytes('metadata', 11, 10))
  expect([code, details]).toEqual(['TOO_LARGE', { field: 'metadata', bytes: 11, maxBytes: 10 }])
})

test.each<readonly [JsonValue | undefined, JsonValue | undefined, boolean]>([
  [{ a: 1, b: [2] }, { b: [2], a: 1 }, true],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: 1, b: 2 }, { a: 1, c: 2 }, false],
  [[1, 2], [2, 1], false],
  [[1], [1, 2], false],
  [[], {}, false],
  [null, {}, false],
  [undefined, null, false],
  [1, '1', false],
  [JSON.parse('{"__proto__":1}'), {}, false],
  [{}, JSON.parse('{"__proto__":1}'), false],
  [{ toString: 1 }, { valueOf: 1 }, false],
])('json: %j and %j are equal: %j', (a, b, equal) => {
  expect(jsonEquals(a, b)).toBe(equal)
})
