import {
  type Codec,
  newSessionId,
  SessError,
  type SessErrorCode,
  SessionCodecs,
  type SessionKeys,
  type SessionRef,
} from '@sess/core'
import { expect, test } from 'vitest'
import { codeOf } from '../failures.ts'
import { newGate } from '../waiting.ts'

const ada = { orgId: 'acme', userId: 'ada' }
const newRef = (orgId = 'acme'): SessionRef => {
  const owner = { ...ada, orgId }
  return { id: newSessionId(owner), owner }
}

/** A codec that notes what it is asked, and a place of keys. Values are the keys that opened it. */
function newWorld(cache: Partial<Codec['cache']> = {}, adoptsSessions = false) {
  const kept = new Map<string, Uint8Array>()
  const world = { opened: 0, asked: 0, made: 0, fails: null as SessErrorCode | null, gate: Promise.resolve() }
  const codec: Codec = {
    cache: { maxSessions: 10, ttlMs: 60_000, ...cache },
    adoptsSessions,
    createKeys: async () => Uint8Array.of(++world.made),
    open: async (_, keys) => {
      world.opened++
      await world.gate
      if (world.fails !== null) throw new SessError(world.fails, 'it fails', {} as never)
      return {
        encode: () => keys ?? new Uint8Array(),
        decode: (bytes) => {
          if (keys !== null && bytes[0] !== keys[0])
            throw new SessError('CODEC_KEY_UNKNOWN', 'no such key', { kid: 'k' })
          return { keys: bytes[0] ?? 0 }
        },
        digest: () => new Uint8Array(16),
      }
    },
  }
  const store: SessionKeys = {
    getKeys: async ({ id }) => {
      world.asked++
      return kept.get(id) ?? null
    },
    replaceKeys: async ({ id }, expected, keys) => {
      if ((kept.get(id)?.[0] ?? null) !== (expected?.[0] ?? null)) return false
      kept.set(id, keys)
      return true
    },
    listKeys: async () => ({ items: [], nextCursor: null }),
  }
  return { world, kept, codecs: new SessionCodecs(codec, store) }
}

const place = { chatId: null, recordId: '', field: 'session' } as const

test('session codecs: a session is opened once for all that ask at the same time, and afterwards', async () => {
  const { world, kept, codecs } = newWorld()
  const session = newRef()
  kept.set(session.id, Uint8Array.of(7))
  const gate = newGate()
  world.gate = gate.opened
  const asking = [codecs.of(session), codecs.of(session), codecs.of(session)]
  gate.open()
  const [first, ...others] = await Promise.all(asking)
  for (const other of [...others, await codecs.of(session)]) expect(other).toBe(first)
  expect([world.opened, world.asked]).toEqual([1, 1])
})

test('session codecs: one that was just made is not asked for', async () => {
  const { world, codecs } = newWorld()
  const session = newRef()
  const made = await codecs.create(session)
  codecs.created(session, made)
  expect(await codecs.of(session)).toBe(made.codec)
  expect([world.made, world.opened, world.asked]).toEqual([1, 1, 0])
})

test('session codecs: one that came to nothing is not kept', async () => {
  const { world, codecs } = newWorld()
  const session = newRef()
  await codecs.create(session)
  await codecs.of(session)
  expect([world.opened, world.asked]).toEqual([2, 1])
})

test('session codecs: after its time the keys are looked at, and it is opened anew only if they changed', async () => {
  const { world, kept, codecs } = newWorld({ ttlMs: 1 })
  const session = newRef()
  kept.set(session.id, Uint8Array.of(1))
  const first = await codecs.of(session)
  const isOver = async (): Promise<void> => {
    const end = performance.now() + 2
    while (performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await isOver()
  expect(await codecs.of(session)).toBe(first)
  expect([world.opened, world.asked]).toEqual([1, 2])
  kept.set(session.id, Uint8Array.of(2))
  await isOver()
  expect(await codecs.of(session)).not.toBe(first)
  expect(world.opened).toBe(2)
})

test('session codecs: no more are kept than may be, the least recently used go', async () => {
  const { world, codecs } = newWorld({ maxSessions: 2 })
  const [a, b, c] = [newRef(), newRef(), newRef()]
  await codecs.of(a)
  await codecs.of(b)
  await codecs.of(a)
  await codecs.of(c)
  expect(world.opened).toBe(3)
  await codecs.of(a)
  expect(world.opened).toBe(3)
  await codecs.of(b)
  expect(world.opened).toBe(4)
})

test('session codecs: one that cannot be opened is tried again by the next', async () => {
  const { world, codecs } = newWorld()
  const session = newRef()
  world.fails = 'CODEC_KEYS_UNAVAILABLE'
  expect(await codeOf(codecs.of(session))).toBe('CODEC_KEYS_UNAVAILABLE')
  world.fails = null
  await codecs.of(session)
  expect(world.opened).toBe(2)
})

test('session codecs: who aborts leaves alone, and the others get it', async () => {
  const { world, codecs } = newWorld()
  const session = newRef()
  const gate = newGate()
  world.gate = gate.opened
  const controller = new AbortController()
  const left = codecs.of(session, { signal: controller.signal })
  const stays = codecs.of(session)
  controller.abort(new Error('enough'))
  await expect(left).rejects.toThrow('enough')
  gate.open()
  await stays
  expect(world.opened).toBe(1)
})

test('session codecs: a value of a newer key is read after looking at the keys once', async () => {
  const { world, kept, codecs } = newWorld()
  const session = newRef()
  kept.set(session.id, Uint8Array.of(1))
  await codecs.of(session)
  kept.set(session.id, Uint8Array.of(2))
  const read = (byte: number) => codecs.read(session, undefined, (codec) => codec.decode(Uint8Array.of(byte), place))
  expect(await read(2)).toEqual({ keys: 2 })
  expect(world.opened).toBe(2)
  expect(await codeOf(read(9))).toBe('CODEC_KEY_UNKNOWN')
  expect(world.opened).toBe(3)
})

test('session codecs: the same id in another organisation is another session', async () => {
  const { world, codecs } = newWorld()
  const session = newRef()
  const other = { id: session.id, owner: { ...session.owner, orgId: 'other' } }
  expect(await codecs.of(session)).not.toBe(await codecs.of(other))
  expect(world.opened).toBe(2)
})

test('session codecs: a forgotten one is opened anew', async () => {
  const { world, codecs } = newWorld()
  const session = newRef()
  await codecs.of(session)
  codecs.forget(session)
  await codecs.of(session)
  expect(world.opened).toBe(2)
})

test('session codecs: a session without keys is given some where that is wanted, and nowhere else', async () => {
  const { kept, codecs } = newWorld({}, true)
  const session = newRef()
  await codecs.of(session)
  expect(kept.get(session.id)).toEqual(Uint8Array.of(1))
  const strict = newWorld()
  await strict.codecs.of(session)
  expect([strict.world.made, strict.kept.size]).toEqual([0, 0])
})

test('session codecs: where two give keys at once, the keys that are kept count', async () => {
  const { kept, codecs, world } = newWorld({}, true)
  const session = newRef()
  const opening = codecs.by(session, null)
  // Somebody else is faster: what was made for nothing is not used.
  kept.set(session.id, Uint8Array.of(9))
  const codec = await opening
  expect(codec.encode({}, place)).toEqual(Uint8Array.of(9))
  expect(world.made).toBe(1)
})

test('session codecs: of erased keys a record is empty, and every other failure is one', async () => {
  const { world, codecs } = newWorld()
  const session = newRef()
  world.fails = 'CODEC_SHREDDED'
  expect(await codecs.readData(session, Uint8Array.of(1), Uint8Array.of(1))).toEqual({})
  world.fails = 'CODEC_AUTH_FAILED'
  expect(await codeOf(codecs.readData(session, Uint8Array.of(1), Uint8Array.of(1)))).toBe('CODEC_AUTH_FAILED')
})
