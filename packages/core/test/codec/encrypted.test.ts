import { randomBytes } from 'node:crypto'
import type { CodecPlace, CodecSession, JsonValue } from '@sess/core'
import { compressed, encrypted, json } from '@sess/core/codec'
import { describe, expect, test } from 'vitest'
import { acme, authFailed, changed, openSession, place, refusalOf, ring } from './encrypted-sessions.ts'

const long = process.env.SESS_TEST_LONG === '1'
const overhead = 44

const opened = await openSession()

describe('encrypted: round trips', () => {
  const { session, codec } = opened

  test.each([0, 1, 15, 16, 17, 1_000, 65_536, 1_048_576, 16_777_216 - 2])('text of %i bytes', (bytes) => {
    const text = 'x'.repeat(bytes)
    const sealed = session.encode(text, place)
    expect(sealed.length).toBe(bytes + 2 + overhead)
    expect(session.decode(sealed, place) === text).toBe(true)
  })

  test.each([
    null,
    true,
    -0.5,
    [],
    { a: { b: [1, 'two', null] } },
    'grüße 🐙',
    JSON.parse('{"__proto__":{"admin":true}}') as JsonValue,
  ])('%j', (value) => {
    expect(session.decode(session.encode(value, place), place)).toEqual(value)
  })

  test('a value of more than maxBytes is refused, on either side', async () => {
    expect(refusalOf(() => session.encode('x'.repeat(16_777_215), place)).code).toBe('CODEC_TOO_LARGE')
    const small = encrypted(json(), codec.ring, { maxBytes: 10 })
    const bounded = await small.open(acme, await small.createKeys(acme))
    expect(bounded.decode(bounded.encode('12345678', place), place)).toBe('12345678')
    expect(refusalOf(() => bounded.encode('123456789', place)).code).toBe('CODEC_TOO_LARGE')
  })

  test('the plain text is nowhere in what is kept', () => {
    const sealed = Buffer.from(session.encode({ secret: 'marker-4711' }, place))
    for (const text of ['marker-4711', 'secret']) expect(sealed.includes(text)).toBe(false)
  })

  test('compression happens before encryption', async () => {
    const packed = encrypted(compressed(json()), codec.ring)
    const packing = await packed.open(acme, await packed.createKeys(acme))
    const text = 'all work and no play '.repeat(1_000)
    const sealed = packing.encode(text, place)
    expect(sealed.length).toBeLessThan(1_000)
    expect(packing.decode(sealed, place)).toBe(text)
  })

  test('what another instance encrypted is read, by the keys that the store has', async () => {
    const keys = await codec.createKeys(acme)
    const [writer, reader] = [await codec.open(acme, keys), await encrypted(json(), codec.ring).open(acme, keys)]
    expect(reader.decode(writer.encode('Hello!', place), place)).toBe('Hello!')
  })
})

describe('encrypted: a value decodes at its place only', () => {
  const { session, codec, keys } = opened
  const sealed = session.encode('Hello!', place)

  const elsewhere: readonly (readonly [string, CodecPlace])[] = [
    ['another chat', { ...place, chatId: 'chat-2' }],
    ['no chat', { ...place, chatId: null }],
    ['an empty chat', { ...place, chatId: '' }],
    ['another record', { ...place, recordId: 'message-2' }],
    ['a longer record id', { ...place, recordId: 'message-1 ' }],
    ['the context', { ...place, field: 'context' }],
    ["the chat's record", { ...place, field: 'chat' }],
    ["the session's record", { ...place, field: 'session' }],
    ['a letter moved from one part to the next', { ...place, chatId: 'chat-', recordId: '1message-1' }],
    ['parts exchanged', { ...place, chatId: 'message-1', recordId: 'chat-1' }],
    ['a lone surrogate for another', { ...place, recordId: '\ud800' }],
  ]
  test.each(elsewhere)('not at %s', (_, other) => {
    expect(refusalOf(() => session.decode(sealed, other))).toEqual(authFailed)
  })

  test('two ids that are one in UTF-8 are two places', () => {
    const first = session.encode('Hello!', { ...place, recordId: '\ud800' })
    expect(refusalOf(() => session.decode(first, { ...place, recordId: '\ud801' }))).toEqual(authFailed)
  })

  test('two records exchanged are both refused', () => {
    const second = { ...place, recordId: 'message-2' }
    const other = session.encode('Bye!', second)
    expect(refusalOf(() => session.decode(other, place))).toEqual(authFailed)
    expect(refusalOf(() => session.decode(sealed, second))).toEqual(authFailed)
  })

  const strangers: readonly (readonly [string, CodecSession])[] = [
    ['organisation', { ...acme, orgId: 'umbrella' }],
    ['session', { ...acme, sessionId: '0192f0c0-0000-7000-8000-00000000beee' }],
    ['organisation and session with a letter moved between them', { orgId: 'acm', sessionId: `e${acme.sessionId}` }],
  ]
  test.each(strangers)('keys do not open in another %s', async (_, other) => {
    await expect(codec.open(other, keys)).rejects.toMatchObject(authFailed)
  })
  test.each(strangers)('a value does not decode in another %s', async (_, other) => {
    const stranger = await codec.open(other, await codec.createKeys(other))
    expect(refusalOf(() => stranger.decode(sealed, place)).code).toBe('CODEC_KEY_UNKNOWN')
  })

  test('the same session in another key ring does not open', async () => {
    await expect(encrypted(json(), ring()).open(acme, keys)).rejects.toMatchObject(authFailed)
  })
})

describe('encrypted: damage', () => {
  const { session } = opened
  const sealed = session.encode('Hello from a longer message!', place)
  const parts = [
    ['magic', 0, 2, 'CODEC_PLAINTEXT_REFUSED'],
    ['version', 2, 3, 'CODEC_UNSUPPORTED'],
    ['algorithm', 3, 4, 'CODEC_UNSUPPORTED'],
    ['key id', 4, 12, 'CODEC_KEY_UNKNOWN'],
    ['epoch', 12, 16, 'CODEC_KEY_UNKNOWN'],
    ['nonce', 16, 28, 'CODEC_AUTH_FAILED'],
    ['ciphertext', 28, sealed.length - 16, 'CODEC_AUTH_FAILED'],
    ['tag', sealed.length - 16, sealed.length, 'CODEC_AUTH_FAILED'],
  ] as const

  test.each(parts)('every bit of the %s', (_, from, to, code) => {
    for (let at = from; at < to; at++)
      for (let bit = 0; bit < 8; bit++)
        expect(refusalOf(() => session.decode(changed(sealed, at, 1 << bit), place)).code).toBe(code)
  })

  test('truncated at each length, and with bytes behind it', () => {
    for (let length = 0; length < sealed.length; length++) {
      const code = length < 2 ? 'CODEC_PLAINTEXT_REFUSED' : length < overhead ? 'CODEC_FORMAT' : 'CODEC_AUTH_FAILED'
      expect(refusalOf(() => session.decode(sealed.subarray(0, length), place)).code).toBe(code)
    }
    expect(refusalOf(() => session.decode(Buffer.concat([sealed, Buffer.of(0)]), place))).toEqual(authFailed)
  })

  test('a tag of 4 bytes, which Node would take by itself, is none', () => {
    const tag = sealed.subarray(sealed.length - 16)
    for (const length of [4, 8, 12, 15]) {
      const short = Buffer.concat([sealed.subarray(0, sealed.length - 16), tag.subarray(0, length)])
      expect(refusalOf(() => session.decode(short, place))).toEqual(authFailed)
    }
  })

  test('all failures of authentication have one text, and no cause', () => {
    const refusals = [
      () => session.decode(changed(sealed, 20), place),
      () => session.decode(changed(sealed, 30), place),
      () => session.decode(changed(sealed, sealed.length - 1), place),
      () => session.decode(sealed, { ...place, recordId: 'x' }),
      () => session.decode(sealed.subarray(0, sealed.length - 1), place),
    ]
    for (const act of refusals) {
      expect(refusalOf(act)).toEqual(authFailed)
      try {
        act()
      } catch (error) {
        expect(error).not.toHaveProperty('cause')
        expect(error).toHaveProperty('details', {})
      }
    }
  })

  test('plain text is refused: JSON, an empty value, a compressed one', () => {
    for (const bytes of [json().encode('Hello!'), new Uint8Array(), compressed(json()).encode('x'.repeat(5_000))])
      expect(refusalOf(() => session.decode(bytes, place)).code).toBe('CODEC_PLAINTEXT_REFUSED')
  })

  test('random bytes never decode, and every refusal has a code', () => {
    const rounds = long ? 1_000_000 : 20_000
    for (let round = 0; round < rounds; round++) {
      const bytes = randomBytes(round % 90)
      // Half of them begin like an envelope of this session, so that they get far.
      if (round % 2 === 0) bytes.set(sealed.subarray(0, Math.min(bytes.length, 2 + (round % 15))))
      const { code } = refusalOf(() => session.decode(bytes, place))
      if (!code.startsWith('CODEC_')) expect.fail(`${code} for ${bytes.toString('hex')}`)
    }
  }, 600_000)
})

describe('encrypted: nonces', () => {
  test('no two are the same', async () => {
    const { session } = await openSession()
    const count = long ? 1_000_000 : 50_000
    const seen = new Set<string>()
    for (let index = 0; index < count; index++)
      seen.add(Buffer.from(session.encode(0, place).subarray(16, 28)).toString('latin1'))
    expect(seen.size).toBe(count)
  }, 600_000)

  test('the same value twice is two ciphertexts that share no block', async () => {
    const { session } = await openSession()
    const [first, second] = [session.encode('x'.repeat(64), place), session.encode('x'.repeat(64), place)]
    for (let at = 28; at + 8 < first.length; at += 8)
      expect(Buffer.from(first.subarray(at, at + 8)).equals(second.subarray(at, at + 8))).toBe(false)
  })
})

describe('encrypted: digest', () => {
  test('it is keyed: another session has another digest of the same text', async () => {
    const [one, other] = [await openSession(), await openSession()]
    const digest = one.session.digest('text', place)
    expect(digest).toHaveLength(16)
    expect(one.session.digest('text', place)).toEqual(digest)
    expect(other.session.digest('text', place)).not.toEqual(digest)
    expect(json().digest('text', place)).not.toEqual(digest)
  })

  test.each([
    { ...place, recordId: 'message-2' },
    { ...place, chatId: 'chat-2' },
    { ...place, field: 'context' } as const,
  ])('equal texts at two places do not look equal: %j', async (other) => {
    const { session } = await openSession()
    expect(session.digest('text', other)).not.toEqual(session.digest('text', place))
  })
})

describe('encrypted: migrate', () => {
  test('plain text is read and counted, encrypted values are not counted', async () => {
    const { session, codec } = await openSession({ migrate: true })
    expect(session.decode(json().encode({ old: true }), place)).toEqual({ old: true })
    expect(session.decode(session.encode('new', place), place)).toBe('new')
    expect(codec.plaintexts).toBe(1)
    expect(codec.adoptsSessions).toBe(true)
  })

  test('damage is not taken for plain text', async () => {
    const { session, codec } = await openSession({ migrate: true })
    const sealed = session.encode('Hello!', place)
    expect(refusalOf(() => session.decode(changed(sealed, 0), place)).code).toBe('CODEC_FORMAT')
    expect(refusalOf(() => session.decode(changed(sealed, 20), place))).toEqual(authFailed)
    expect(codec.plaintexts).toBe(0)
  })
})

describe('encrypted: options', () => {
  test.each([
    { migrate: 'yes' as unknown as boolean },
    { cacheSessions: 0 },
    { cacheTtlMs: -1 },
    { maxBytes: Number.POSITIVE_INFINITY },
  ])('%j is refused', (options) => {
    expect(refusalOf(() => encrypted(json(), ring(), options)).code).toBe('INVALID_ARGUMENT')
  })
})
