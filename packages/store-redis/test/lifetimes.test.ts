import assert from 'node:assert/strict'
import { newChatId, newId, newSessionId, type SessionRef, type StoredSession } from '@sess/core'
import { sharedRedis } from '@sess/test-servers'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, inject, test } from 'vitest'
import type { RedisStore } from '../src/index.ts'
import { storeGroup } from './stores.ts'

const graceMs = 120_000
/** The longest that lifetimes of keys lag behind, and what an index is given at a time. */
const stepMs = 60_000
const indexMs = 600_000
const quotas = { store: null, org: null, user: null }

describe.each(['single', 'sharded'] as const)('RedisStore, %s', (topology) => {
  let redis: Redis
  let group: ReturnType<typeof storeGroup>
  let store: RedisStore

  beforeAll(async () => {
    const url = await sharedRedis(inject('testServers'))
    redis = new Redis(url)
    group = storeGroup({ url, graceMs, topology })
    store = group.open()
  })

  afterAll(async () => {
    await group.dispose()
    redis.disconnect()
  })

  async function keys(): Promise<readonly string[]> {
    const found: string[] = []
    for await (const some of redis.scanStream({ match: `${group.keyPrefix}*`, count: 1000 })) found.push(...some)
    return found
  }

  /** When the keys of a kind end; null is never. */
  async function ends(which: (key: string) => boolean): Promise<ReadonlyMap<string, number | null>> {
    const { now } = await store.health()
    const found = (await keys()).filter(which)
    const left = await Promise.all(found.map((key) => redis.pttl(key)))
    return new Map(found.map((key, at) => [key, left[at] === -1 ? null : now + (left[at] ?? 0)]))
  }

  /** A session with everything a session can have. */
  async function full(idleMs: number | null): Promise<StoredSession> {
    const owner = { orgId: `o${newId()}`, userId: 'u' }
    const ref = { id: newSessionId(owner), owner }
    const made = { ...ref, key: 'k', tags: [], data: {}, expiry: { idleMs, absoluteMs: null }, pendingMs: null }
    await store.createSession(made, { quotas, ifKeyTaken: 'reject' })
    for (const key of [null, 'mail']) {
      const id = newChatId(ref.id)
      const chat = { id, key, data: {}, maxMessages: null, overflow: 'reject' as const }
      await store.createChat(ref, chat, { maxChats: null, ifKeyTaken: 'reject' })
      await store.appendMessages({ id, session: ref }, [{ id: newId(), role: 'user', content: 'hello' }])
    }
    await store.setContext(ref, [['a', 1]], { operationId: newId(), maxKeys: null, maxBytes: null })
    return (await store.getSession(ref)) ?? assert.fail('it was made')
  }

  /** Asserts that no key ends before the session's grace is over, and none stays much longer. */
  async function assertLifetimes({ id, expiresAt }: StoredSession): Promise<void> {
    const tag = `{${id.slice(-4)}}`
    const found = await ends((key) => key.includes(tag) && !key.includes(':t:'))
    assert.ok(found.size >= 11, `${[...found.keys()]}`)
    for (const [key, end] of found) {
      if (expiresAt === null) {
        assert.equal(end, null, key)
        continue
      }
      assert.ok(end !== null, `${key} never ends`)
      assert.ok(end >= expiresAt + graceMs - 50, `${key} ends ${expiresAt + graceMs - end} ms before the grace`)
      const most = expiresAt + graceMs + stepMs + (key.includes(':o:') ? indexMs : 0)
      assert.ok(end <= most + 50, `${key} ends ${end - most} ms late`)
    }
  }

  test('every key of a new session ends with its grace', async () => {
    await assertLifetimes(await full(3_600_000))
  })

  test('no key of a session that never expires ends', async () => {
    await assertLifetimes(await full(null))
  })

  test('a later expiry moves all keys', async () => {
    const session = await full(3_600_000)
    await store.touchSession(session, { expiresInMs: 90_000_000 })
    await assertLifetimes((await store.getSession(session)) ?? session)
  })

  test('an earlier expiry moves the keys of the session, also of one that would never expire', async () => {
    for (const idleMs of [90_000_000, null]) {
      const session = await full(idleMs)
      const { expiresAt } = await store.touchSession(session, { expiresInMs: 60_000 })
      const own = await ends((key) => key.includes(session.id.slice(-4)) && !key.includes(':o:'))
      for (const [key, end] of own) {
        assert.ok(end !== null && end <= (expiresAt ?? 0) + graceMs + stepMs + 50, `${key} ends too late`)
      }
    }
  })

  test('leaving pending moves all keys', async () => {
    const owner = { orgId: 'o', userId: newId() }
    const ref: SessionRef = { id: newSessionId(owner), owner }
    const expiry = { idleMs: 7_200_000, absoluteMs: null }
    const made = { ...ref, key: 'k', tags: [], data: {}, expiry, pendingMs: 60_000 }
    const { session } = await store.createSession(made, { quotas, ifKeyTaken: 'reject' })
    const chat = { id: newChatId(ref.id), key: null, data: {}, maxMessages: null, overflow: 'reject' as const }
    await store.createChat(ref, chat, { maxChats: null, ifKeyTaken: 'reject' })
    const { version } = (await store.getSession(ref)) ?? session
    const options = { operationId: newId(), expectedVersion: version, quotas }
    const { expiresAt } = await store.updateSession(ref, { status: 'active' }, options)
    for (const [key, end] of await ends((key) => key.includes(`{${ref.id.slice(-4)}}`))) {
      assert.ok(end !== null && end >= (expiresAt ?? 0) + graceMs - 50, key)
    }
  })

  test('no key is without an end where no session is', async () => {
    for (const [key, end] of await ends((key) => !/\{[0-9a-f]{4}\}/.test(key))) {
      // Here are sessions that never expire, and the indexes of their organisations and of the store with them.
      const kind = key.slice(key.indexOf('}'))
      assert.ok(end !== null || /^\}:(i|a|n|r|u|d|e:\w+)$/.test(kind), key)
    }
  })

  test('after a sweep no key is left, but what remembers operations for some minutes', async () => {
    const own = storeGroup({ url: await sharedRedis(inject('testServers')), graceMs, topology })
    const swept = own.open()
    const outer = { store, group }
    store = swept
    group = own
    try {
      const sessions = await Promise.all([full(3_600_000), full(null), full(3_600_000)])
      const [deleted, ...others] = sessions
      if (deleted !== undefined) await swept.deleteSession(deleted, { operationId: newId() })
      for (const session of others) await swept.touchSession(session, { expiresInMs: 1 })
      const { now } = await swept.health()
      while ((await swept.health()).now < now + 2) await new Promise((resolve) => setImmediate(resolve))
      const claimed = await swept.claimExpired({ limit: 10, leaseMs: 60_000 })
      assert.equal(claimed.length, 2)
      for (const { session, claim } of claimed) assert.equal(await swept.removeExpired(session, claim), true)
      const left = await ends((key) => !/:t:|:q:/.test(key))
      assert.deepEqual([...left.keys()], [])
      for (const [key, end] of await ends(() => true)) assert.ok(end !== null && end < now + 601_000, key)
    } finally {
      await own.dispose()
      store = outer.store
      group = outer.group
    }
  })
})
