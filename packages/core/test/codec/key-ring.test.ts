import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { encrypted, json, KeyRing, type KeyWrapper, type WrappingKey } from '@sess/core/codec'
import { describe, expect, test } from 'vitest'
import { acme, authFailed, changed, place, refusalOf, ring } from './encrypted-sessions.ts'

const key = (): Uint8Array => randomBytes(32)
const context = { ...acme, epoch: 1 }

/** A key service that hides a key in itself; `before` is awaited first. */
function service(before: () => Promise<unknown> = async () => {}): KeyWrapper {
  const hidden = new KeyRing({ keys: { hidden: key() }, active: 'hidden' })
  return {
    async wrap(data, where) {
      await before()
      return (await hidden.wrap(data, where)).wrapped
    },
    async unwrap(wrapped, where) {
      await before()
      return await hidden.unwrap('hidden', wrapped, where)
    },
  }
}

describe('KeyRing: keys', () => {
  test.each<readonly [string, unknown]>([
    ['text of 32 letters', 'x'.repeat(32)],
    ['hex text', '00ff'.repeat(16)],
    ['31 bytes', randomBytes(31)],
    ['33 bytes', randomBytes(33)],
    ['no bytes', new Uint8Array()],
    ['all zero', new Uint8Array(32)],
    ['a list of numbers', Array.from(randomBytes(32))],
    ['an ArrayBuffer', new ArrayBuffer(32)],
    ['null', null],
    ['half a service', { wrap: async () => new Uint8Array() }],
  ])('%s is no key', (_, wrong) => {
    const refusal = refusalOf(() => new KeyRing({ keys: { k1: wrong as WrappingKey }, active: 'k1' }))
    expect(refusal.code).toBe('CODEC_KEY_INVALID')
    expect(refusal.message).toContain('keys.k1')
  })

  test('an error says nothing of the key', () => {
    const secret = 'correct-horse-battery'
    const { message } = refusalOf(() => new KeyRing({ keys: { k1: Buffer.from(secret) }, active: 'k1' }))
    expect(message).not.toContain(secret)
  })

  test.each(['', 'x'.repeat(33), 'a b', 'a/b', 'ä', 'a\n'])('%j is no name of a key', (kid) => {
    expect(refusalOf(() => new KeyRing({ keys: { [kid]: key() }, active: kid })).code).toBe('CODEC_KEY_INVALID')
  })

  test.each(['k', 'x'.repeat(32), '2026-11.a_B', '__proto__'])('%j is one', async (kid) => {
    const keys = new KeyRing({ keys: { start: key() }, active: 'start' })
    keys.add(kid, key())
    keys.activate(kid)
    expect((await keys.wrap(key(), context)).kid).toBe(kid)
  })

  test('a name cannot be given to another key', () => {
    const keys = ring('k1')
    expect(refusalOf(() => keys.add('k1', key())).code).toBe('CODEC_KEY_INVALID')
  })

  test('the active key must be there, and is not removed', () => {
    expect(refusalOf(() => new KeyRing({ keys: { k1: key() }, active: 'k2' })).code).toBe('CODEC_KEY_UNKNOWN')
    const keys = ring('k1', 'k2')
    expect(refusalOf(() => keys.activate('k3')).code).toBe('CODEC_KEY_UNKNOWN')
    expect(refusalOf(() => keys.remove('k1')).code).toBe('CODEC_KEY_IN_USE')
    keys.activate('k2')
    keys.remove('k1')
    expect(keys.active).toBe('k2')
  })

  test('the caller may overwrite what was handed in', async () => {
    const raw = Buffer.from(key())
    const keys = new KeyRing({ keys: { k1: raw }, active: 'k1' })
    const { kid, wrapped } = await keys.wrap(Buffer.alloc(32, 5), context)
    raw.fill(0)
    expect(Buffer.from(await keys.unwrap(kid, wrapped, context))).toEqual(Buffer.alloc(32, 5))
  })

  test.each([0, -1, 1.5, Number.POSITIVE_INFINITY])('a timeout of %d ms is refused', (timeoutMs) => {
    expect(refusalOf(() => new KeyRing({ keys: { k1: key() }, active: 'k1', timeoutMs })).code).toBe('INVALID_ARGUMENT')
  })
})

describe('KeyRing: wrapping', () => {
  test.each([
    ['organisation', { orgId: 'umbrella' }],
    ['session', { sessionId: 'another' }],
    ['epoch', { epoch: 2 }],
  ])('a wrapped key unwraps in no other %s', async (_, other) => {
    const keys = ring('k1')
    const { wrapped } = await keys.wrap(key(), context)
    await expect(keys.unwrap('k1', wrapped, { ...context, ...other })).rejects.toMatchObject(authFailed)
  })

  test('a wrapped key with any byte changed does not unwrap', async () => {
    const keys = ring('k1')
    const { wrapped } = await keys.wrap(key(), context)
    for (let at = 0; at < wrapped.length; at++)
      await expect(keys.unwrap('k1', changed(wrapped, at, 1), context)).rejects.toMatchObject(authFailed)
  })

  test('a key that is not in the ring is named', async () => {
    const codec = encrypted(json(), ring('old'))
    const keys = await codec.createKeys(acme)
    await expect(encrypted(json(), ring('new')).open(acme, keys)).rejects.toMatchObject({
      code: 'CODEC_KEY_UNKNOWN',
      details: { kid: 'old' },
    })
  })
})

describe("a session's keys", () => {
  const codec = encrypted(json(), ring('k1'))

  test('damage at each byte, and at each length, is an error', async () => {
    const keys = (await codec.createKeys(acme)) as Uint8Array
    for (let at = 0; at < keys.length; at++)
      await expect(codec.open(acme, changed(keys, at, 1))).rejects.toMatchObject({
        code: expect.stringMatching(/^CODEC_/),
      })
    for (let length = 0; length < keys.length; length++)
      await expect(codec.open(acme, keys.subarray(0, length))).rejects.toMatchObject({ code: 'CODEC_FORMAT' })
    await expect(codec.open(acme, Buffer.concat([keys, Buffer.of(0)]))).rejects.toMatchObject({ code: 'CODEC_FORMAT' })
  })

  test('no keys are refused, and with migrate too until the store gave some', async () => {
    await expect(codec.open(acme, null)).rejects.toMatchObject({ code: 'CODEC_PLAINTEXT_REFUSED' })
  })

  test('erased keys are told apart from all else', async () => {
    await expect(codec.open(acme, Buffer.from('9e4b0100', 'hex'))).rejects.toMatchObject({
      code: 'CODEC_SHREDDED',
      details: { sessionId: acme.sessionId },
    })
  })

  test('a key service that answers another key than it wrapped is found out', async () => {
    const other = key()
    const lying: KeyWrapper = { wrap: async () => Buffer.from('opaque'), unwrap: async () => Uint8Array.from(other) }
    const dishonest = encrypted(json(), new KeyRing({ keys: { kms: lying }, active: 'kms' }))
    await expect(dishonest.open(acme, await dishonest.createKeys(acme))).rejects.toMatchObject(authFailed)
  })

  test.each([0, 16, 31, 33, 64])('a key service that answers %i bytes is found out', async (bytes) => {
    const odd: KeyWrapper = { wrap: async () => Buffer.from('opaque'), unwrap: async () => randomBytes(bytes) }
    const codecOfOdd = encrypted(json(), new KeyRing({ keys: { kms: odd }, active: 'kms' }))
    await expect(codecOfOdd.open(acme, await codecOfOdd.createKeys(acme))).rejects.toMatchObject(authFailed)
  })
})

describe('a key service', () => {
  test('wraps and unwraps the data keys, and never sees a value', async () => {
    const codec = encrypted(json(), new KeyRing({ keys: { kms: service() }, active: 'kms' }))
    const keys = await codec.createKeys(acme)
    const [one, other] = [await codec.open(acme, keys), await codec.open(acme, keys)]
    expect(other.decode(one.encode('Hello!', place), place)).toBe('Hello!')
  })

  test('that is down is an error with its cause, for new keys and for old ones', async () => {
    const trouble = new Error('connect ECONNREFUSED')
    let down = false
    const kms = service(async () => {
      if (down) throw trouble
    })
    const codec = encrypted(json(), new KeyRing({ keys: { kms }, active: 'kms' }))
    const keys = await codec.createKeys(acme)
    down = true
    const refusal = { code: 'CODEC_KEYS_UNAVAILABLE', details: { kid: 'kms' }, cause: trouble }
    await expect(codec.createKeys(acme)).rejects.toMatchObject(refusal)
    await expect(codec.open(acme, keys)).rejects.toMatchObject(refusal)
    down = false
    await codec.open(acme, keys)
  })

  test('that does not answer is given up after timeoutMs, and told so by its signal', async () => {
    let told: AbortSignal | undefined
    const stuck: KeyWrapper = {
      wrap: (_, __, options) => {
        told = options?.signal
        return new Promise(() => {})
      },
      unwrap: () => new Promise(() => {}),
    }
    const keys = new KeyRing({ keys: { kms: stuck }, active: 'kms', timeoutMs: 20 })
    await expect(keys.wrap(key(), context)).rejects.toMatchObject({ code: 'CODEC_KEYS_UNAVAILABLE' })
    expect(told?.aborted).toBe(true)
  })

  test('that is slow is waited for', async () => {
    const codec = encrypted(json(), new KeyRing({ keys: { kms: service(() => sleep(30)) }, active: 'kms' }))
    await codec.open(acme, await codec.createKeys(acme))
  })

  test('that is waited for can be aborted, with the reason of the caller', async () => {
    const keys = new KeyRing({ keys: { kms: service(() => new Promise(() => {})) }, active: 'kms' })
    const abort = new AbortController()
    const waiting = keys.wrap(key(), context, { signal: abort.signal })
    abort.abort(new Error('the user left'))
    await expect(waiting).rejects.toThrow('the user left')
  })

  test('that answers something else than bytes is an error', async () => {
    const odd = { wrap: async () => 'text', unwrap: async () => null } as unknown as KeyWrapper
    const keys = new KeyRing({ keys: { kms: odd }, active: 'kms' })
    await expect(keys.wrap(key(), context)).rejects.toMatchObject({ code: 'CODEC_KEYS_UNAVAILABLE' })
    await expect(keys.unwrap('kms', key(), context)).rejects.toMatchObject({ code: 'CODEC_KEYS_UNAVAILABLE' })
  })
})
