import { randomBytes } from 'node:crypto'
import { newId, newSessionId, SessionManager, type SessionRef } from '@sess/core'
import {
  type EncryptedCodec,
  encrypted,
  json,
  type KeyRing,
  keyUsage,
  retireKey,
  rewrapKeys,
  rotateDataKey,
  shredSession,
} from '@sess/core/codec'
import { MemoryStore } from '@sess/store-memory'
import { describe, expect, test } from 'vitest'
import { ring } from './encrypted-sessions.ts'

interface Place {
  readonly codec: EncryptedCodec
  readonly ring: KeyRing
  readonly store: MemoryStore
  readonly manager: SessionManager
}

const owner = { orgId: 'acme', userId: 'ada' }

function place(keys: KeyRing = ring('old')): Place {
  const codec = encrypted(json(), keys)
  const store = new MemoryStore({ codec })
  return { codec, ring: keys, store, manager: new SessionManager({ store, agent: async () => 'Hello!' }) }
}

async function sessions({ manager }: Place, count: number): Promise<readonly SessionRef[]> {
  const refs: SessionRef[] = []
  for (let index = 0; index < count; index++) {
    const session = await manager.for(owner).createSession({ name: `session ${index}`, context: { index } })
    await session.sendMessage(`message of ${index}`)
    refs.push({ id: session.record.id, owner })
  }
  return refs
}

/** Asserts that all that was said is there. */
async function expectContent({ manager }: Place, refs: readonly SessionRef[]): Promise<void> {
  for (const [index, { id }] of refs.entries()) {
    const session = await manager.for(owner).getSession(id)
    expect(session.record.name).toBe(`session ${index}`)
    expect(await session.context.get('index')).toBe(index)
    const messages = await session.getMessages()
    expect(messages.map(({ content }) => content)).toEqual([`message of ${index}`, 'Hello!'])
  }
}

describe('rewrapKeys', () => {
  test('wraps all by the active key; what was said is read without the old one', async () => {
    const here = place()
    const refs = await sessions(here, 7)
    here.ring.add('new', randomBytes(32))
    here.ring.activate('new')
    expect(await keyUsage(here.store, 'old')).toBe(7)
    expect(await rewrapKeys(here.store, here.ring)).toEqual({ seen: 7, rewrapped: 7, cursor: null })
    expect([await keyUsage(here.store, 'old'), await keyUsage(here.store, 'new')]).toEqual([0, 7])
    await retireKey(here.store, here.ring, 'old')
    await expectContent(here, refs)
    expect(await rewrapKeys(here.store, here.ring)).toEqual({ seen: 7, rewrapped: 0, cursor: null })
  })

  test('goes on where a run before ended', async () => {
    const here = place()
    await sessions(here, 7)
    here.ring.add('new', randomBytes(32))
    here.ring.activate('new')
    const stop = new Error('stop')
    let cursor: string | null = null
    const onBatch = (progress: { readonly cursor: string | null }): void => {
      cursor = progress.cursor
      throw stop
    }
    await expect(rewrapKeys(here.store, here.ring, { batchSize: 3, onBatch })).rejects.toBe(stop)
    expect(await keyUsage(here.store, 'new')).toBe(3)
    const rest = await rewrapKeys(here.store, here.ring, { batchSize: 3, cursor: cursor ?? undefined })
    expect(rest).toEqual({ seen: 4, rewrapped: 4, cursor: null })
  })

  test('ten times, with data keys made in between: everything stays readable', async () => {
    const here = place()
    const refs = await sessions(here, 2)
    for (let round = 0; round < 10; round++) {
      const kid = `round-${round}`
      here.ring.add(kid, randomBytes(32))
      const before = here.ring.active
      here.ring.activate(kid)
      for (const ref of refs) expect(await rotateDataKey(here.store, here.ring, ref)).toBe(round + 2)
      await rewrapKeys(here.store, here.ring)
      await retireKey(here.store, here.ring, before)
    }
    await expectContent(here, refs)
  })

  test('expired and unfinished sessions are wrapped anew too', async () => {
    let now = 1_700_000_000_000
    const keys = ring('old')
    const store = new MemoryStore({ codec: encrypted(json(), keys), clock: () => now })
    const fresh = (pendingMs: number | null) => ({
      ...{ id: newSessionId(owner), owner, key: null, tags: [], data: { name: 'x' } },
      ...{ expiry: { idleMs: 1_000, absoluteMs: null }, pendingMs },
    })
    const quotas = { store: null, org: null, user: null }
    await store.createSession(fresh(null), { quotas, ifKeyTaken: 'reject' })
    await store.createSession(fresh(60_000), { quotas, ifKeyTaken: 'reject' })
    now += 2_000
    keys.add('new', randomBytes(32))
    keys.activate('new')
    expect(await rewrapKeys(store, keys)).toMatchObject({ rewrapped: 2 })
    await retireKey(store, keys, 'old')
    const [claimed] = await store.claimExpired({ limit: 10, leaseMs: 1_000 })
    expect(claimed?.session.data).toEqual({ name: 'x' })
  })

  test('beside writers, readers, data keys and another run: nothing is lost', async () => {
    const here = place()
    const refs = await sessions(here, 5)
    here.ring.add('new', randomBytes(32))
    here.ring.activate('new')
    const talk = async ({ id }: SessionRef): Promise<void> => {
      const session = await here.manager.for(owner).getSession(id)
      for (let turn = 0; turn < 10; turn++) {
        await session.addMessage({ role: 'user', content: `more ${turn}` })
        expect(await session.getMessages({ limit: 1_000 })).toHaveLength(3 + turn)
      }
    }
    const rotate = async (ref: SessionRef): Promise<void> => {
      for (let round = 0; round < 5; round++) await rotateDataKey(here.store, here.ring, ref)
    }
    const runs = [
      rewrapKeys(here.store, here.ring, { batchSize: 2 }),
      rewrapKeys(here.store, here.ring, { batchSize: 3 }),
    ]
    await Promise.all([...runs, ...refs.map(talk), ...refs.map(rotate)])
    await rewrapKeys(here.store, here.ring)
    await retireKey(here.store, here.ring, 'old')
    for (const { id } of refs) {
      const session = await here.manager.for(owner).getSession(id)
      expect(await session.getMessages({ limit: 1_000 })).toHaveLength(12)
    }
  })
})

describe('retireKey', () => {
  test('a key that a session needs is not retired, nor is the active one', async () => {
    const here = place()
    const refs = await sessions(here, 2)
    await expect(retireKey(here.store, here.ring, 'old')).rejects.toMatchObject({ code: 'CODEC_KEY_IN_USE' })
    here.ring.add('new', randomBytes(32))
    here.ring.activate('new')
    await expect(retireKey(here.store, here.ring, 'old')).rejects.toMatchObject({
      code: 'CODEC_KEY_IN_USE',
      details: { kid: 'old', sessions: 2 },
    })
    await expectContent(here, refs)
    for (const ref of refs) await here.store.deleteSession(ref, { operationId: newId() })
    await retireKey(here.store, here.ring, 'old')
  })
})

describe('rotateDataKey', () => {
  test('what was written before stays readable, what is written after has the new key', async () => {
    const here = place()
    const [ref] = await sessions(here, 1)
    if (ref === undefined) return
    const before = await here.store.getKeys(ref)
    expect(await rotateDataKey(here.store, here.ring, ref)).toBe(2)
    await expectContent(here, [ref])
    const session = await here.manager.for(owner).getSession(ref.id)
    await session.addMessage({ role: 'user', content: 'after' })
    expect(await session.getMessages()).toHaveLength(3)
    // With the keys from before, what came after is out of reach.
    await here.store.replaceKeys(ref, await here.store.getKeys(ref), before as Uint8Array)
    await expect(session.getMessages()).rejects.toMatchObject({ code: 'CODEC_KEY_UNKNOWN' })
  })

  test('a message that is sent again after it is known, and is no conflict', async () => {
    const here = place()
    const [ref] = await sessions(here, 1)
    if (ref === undefined) return
    const session = await here.manager.for(owner).getSession(ref.id)
    const message = { id: 'm-1', role: 'user', content: 'Hello!' } as const
    const first = await session.addMessage(message)
    await rotateDataKey(here.store, here.ring, ref)
    expect(await session.addMessage(message)).toMatchObject({ seq: first.seq })
    await expect(session.addMessage({ ...message, content: 'Bye!' })).rejects.toMatchObject({
      code: 'MESSAGE_CONFLICT',
    })
  })

  test('a session that is not there, or is not encrypted, has no key to change', async () => {
    const here = place()
    const nobody = { id: newSessionId(owner), owner }
    await expect(rotateDataKey(here.store, here.ring, nobody)).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' })
    const plain = place()
    const store = new MemoryStore()
    const session = await new SessionManager({ store }).for(owner).createSession()
    await expect(rotateDataKey(store, plain.ring, { id: session.record.id, owner })).rejects.toMatchObject({
      code: 'CODEC_PLAINTEXT_REFUSED',
    })
  })

  test("another owner's session is a missing one", async () => {
    const here = place()
    const [ref] = await sessions(here, 1)
    const stranger = { id: ref?.id ?? '', owner: { ...owner, userId: 'eve' } }
    await expect(rotateDataKey(here.store, here.ring, stranger)).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' })
    expect(await shredSession(here.store, stranger)).toBe(false)
  })
})

describe('shredSession', () => {
  test('its content is gone, its record is an empty one, and it can be deleted', async () => {
    const here = place()
    const [ref, other] = await sessions(here, 2)
    if (ref === undefined || other === undefined) return
    expect(await shredSession(here.store, ref)).toBe(true)
    expect(await shredSession(here.store, ref)).toBe(false)
    const session = await here.manager.for(owner).getSession(ref.id)
    expect(session.record).toMatchObject({ name: null, metadata: {}, preferences: {}, systemPrompt: null })
    const erased = { code: 'CODEC_SHREDDED', details: { sessionId: ref.id } }
    await expect(session.getMessages()).rejects.toMatchObject(erased)
    await expect(session.context.get('index')).rejects.toMatchObject(erased)
    await expect(session.addMessage('more')).rejects.toMatchObject(erased)
    await expect(session.update({ name: 'again' })).rejects.toMatchObject(erased)
    await expect(session.listChats()).rejects.toMatchObject(erased)
    await expect(rotateDataKey(here.store, here.ring, ref)).rejects.toMatchObject(erased)
    expect((await here.manager.for(owner).listSessions()).items).toHaveLength(2)
    expect(await here.manager.for(owner).deleteSession(ref.id)).toBe(true)
    const left = await here.manager.for(owner).getSession(other.id)
    expect(left.record.name).toBe('session 1')
  })

  test('erased keys keep no wrapping key from being retired', async () => {
    const here = place()
    const [ref] = await sessions(here, 1)
    if (ref !== undefined) await shredSession(here.store, ref)
    here.ring.add('new', randomBytes(32))
    here.ring.activate('new')
    expect(await rewrapKeys(here.store, here.ring)).toEqual({ seen: 1, rewrapped: 0, cursor: null })
    await retireKey(here.store, here.ring, 'old')
  })
})
