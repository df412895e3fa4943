import { deflateRawSync } from 'node:zlib'
import { compressed, json } from '@sess/core/codec'
import { describe, expect, test } from 'vitest'
import { changed, refusalOf } from './encrypted-sessions.ts'

const plain = json()
const codec = compressed(plain, { minBytes: 100 })
const long = 'all work and no play '.repeat(200)

describe('compressed', () => {
  test('encode: a long value is much smaller', () => {
    expect(codec.encode(long).length).toBeLessThan(plain.encode(long).length / 10)
    expect(codec.decode(codec.encode(long))).toBe(long)
  })

  test('encode: a value below minBytes stays as it is, one of minBytes does not', () => {
    const below = 'x'.repeat(97)
    expect(codec.encode(below)).toEqual(plain.encode(below))
    expect(codec.encode(`${below}x`)[0]).toBe(0x9c)
  })

  test('encode: what compression would make larger stays as it is', () => {
    const random = Array.from({ length: 200 }, (_, index) =>
      String.fromCodePoint(0x4e00 + ((index * 7919) % 20_000)),
    ).join('')
    expect(codec.encode(random).length).toBeLessThanOrEqual(plain.encode(random).length)
    expect(codec.decode(codec.encode(random))).toBe(random)
  })

  test('decode: what was kept without compression is read', () => {
    expect(codec.decode(plain.encode(long))).toBe(long)
    expect(compressed(plain).decode(codec.encode(long))).toBe(long)
  })

  test('decode: a small value that would fill the memory is stopped at maxBytes', () => {
    const bomb = Buffer.concat([Buffer.of(0x9c, 1), deflateRawSync(Buffer.alloc(64 * 1_048_576, 0x20))])
    expect(bomb.length).toBeLessThan(100_000)
    const before = process.memoryUsage().arrayBuffers
    expect(refusalOf(() => compressed(plain, { maxBytes: 1_000_000 }).decode(bomb))).toEqual({
      code: 'CODEC_TOO_LARGE',
      message: 'at most 1000000 bytes are allowed',
    })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1_048_576)
  })

  test('encode and decode: maxBytes itself is allowed, a byte more is not', () => {
    const bounded = compressed(plain, { minBytes: 10, maxBytes: 1_000 })
    const most = 'x'.repeat(998)
    expect(bounded.decode(bounded.encode(most))).toBe(most)
    expect(refusalOf(() => bounded.encode(`${most}x`)).code).toBe('CODEC_TOO_LARGE')
    expect(refusalOf(() => bounded.decode(compressed(plain, { minBytes: 10 }).encode(`${most}x`))).code).toBe(
      'CODEC_TOO_LARGE',
    )
  })

  test('decode: damage is a format error, wherever it is', () => {
    const bytes = codec.encode(long)
    for (let at = 2; at < bytes.length; at++) {
      try {
        expect(codec.decode(changed(bytes, at))).not.toBe(long)
      } catch (error) {
        expect(error).toMatchObject({ code: 'CODEC_FORMAT' })
      }
    }
    for (let length = 0; length < bytes.length; length++)
      expect(['CODEC_FORMAT', 'CODEC_UNSUPPORTED']).toContain(
        refusalOf(() => codec.decode(bytes.subarray(0, length))).code,
      )
  })

  test('decode: an unknown compression is named as such', () => {
    expect(refusalOf(() => codec.decode(changed(codec.encode(long), 1))).code).toBe('CODEC_UNSUPPORTED')
  })

  test.each([{ minBytes: 0 }, { minBytes: 1.5 }, { maxBytes: 0 }, { maxBytes: Number.NaN }])(
    'options: %j is refused',
    (options) => {
      expect(refusalOf(() => compressed(plain, options)).code).toBe('INVALID_ARGUMENT')
    },
  )
})
