import type { JsonValue } from '@sess/core'
import { json } from '@sess/core/codec'
import { describe, expect, test } from 'vitest'
import { place, refusalOf } from './encrypted-sessions.ts'

const codec = json()
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`

describe('json', () => {
  const values: readonly (readonly [string, JsonValue])[] = [
    ['null', null],
    ['a boolean', false],
    ['zero', 0],
    ['a fraction', 0.1],
    ['the largest exact number', Number.MAX_SAFE_INTEGER],
    ['the empty text', ''],
    ['text beyond ASCII', 'grüße 🐙 \u2028 \u0000'],
    ['an empty list', []],
    ['an empty object', {}],
    ['a record', { a: [1, { b: null }], ключ: true }],
  ]
  test.each(values)('round trip: %s', (_, value) => {
    expect(codec.decode(codec.encode(value))).toEqual(value)
  })

  test('decode: keys such as __proto__ are data, and change no prototype', () => {
    const text = '{"__proto__":{"admin":true},"constructor":1,"toString":2}'
    const value = codec.decode(bytesOf(text)) as Record<string, unknown>
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor', 'toString'])
    expect(value.admin).toBeUndefined()
    expect(({} as Record<string, unknown>).admin).toBeUndefined()
    expect(JSON.stringify(value)).toBe(text)
  })

  test('decode: what it answers is frozen all the way down', () => {
    const value = codec.decode(bytesOf('{"a":[{"b":1}]}')) as { a: { b: number }[] }
    for (const item of [value, value.a, value.a[0]]) expect(Object.isFrozen(item)).toBe(true)
  })

  test.each([
    ['no bytes', ''],
    ['half a text', '{"a":'],
    ['two texts', '1 2'],
    ['no JSON', 'Hello!'],
    ['NaN', 'NaN'],
  ])('decode: %s is a format error that quotes nothing', (_, text) => {
    const refusal = refusalOf(() => codec.decode(bytesOf(text)))
    expect(refusal).toEqual({ code: 'CODEC_FORMAT', message: 'the value is damaged, or was not encoded by this codec' })
  })

  test('decode: 128 levels are read, one more and 100,000 are refused', () => {
    expect(codec.decode(bytesOf(nested(128)))).toBeDefined()
    for (const levels of [129, 100_000])
      expect(refusalOf(() => codec.decode(bytesOf(nested(levels)))).code).toBe('CODEC_FORMAT')
  })

  test('encode: what is nested too deep to be read again is refused', () => {
    const build = (levels: number): JsonValue => (levels === 1 ? [] : [build(levels - 1)])
    expect(codec.decode(codec.encode(build(128)))).toEqual(build(128))
    expect(refusalOf(() => codec.encode(build(129))).code).toBe('CODEC_FORMAT')
  })

  test('digest: the same text at the same place, and nothing else, is the same', () => {
    const digest = codec.digest('text', place)
    expect(digest).toHaveLength(16)
    expect(codec.digest('text', { ...place })).toEqual(digest)
    expect(codec.digest('texT', place)).not.toEqual(digest)
    expect(codec.digest('text', { ...place, recordId: 'message-2' })).not.toEqual(digest)
  })

  test('open: every session has the same codec, and needs no keys', async () => {
    expect(await codec.createKeys({ orgId: 'a', sessionId: 'b' })).toBeNull()
    expect(await codec.open({ orgId: 'a', sessionId: 'b' }, null)).toBe(codec)
  })
})
