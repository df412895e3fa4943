import assert from 'node:assert/strict'
import { isSessError, newChatId, newId, newSessionId, type Owner } from '@sess/core'
import { sharedRedis } from '@sess/test-servers'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, inject, test } from 'vitest'
import type { RedisStore } from '../src/index.ts'
import { type StoreGroup, storeGroup } from './stores.ts'

let redis: Redis
let group: StoreGroup
let store: RedisStore

beforeAll(async () => {
  redis = new Redis(await sharedRedis(inject('testServers')))
})

afterAll(() => redis.disconnect())

async function create(owner: Owner, quotas: { org?: number; store?: number } = {}, idleMs = 3_600_000) {
  const id = newSessionId(owner)
  const expiry = { idleMs, absoluteMs: null }
  const made = { id, owner, key: null, tags: [], data: {}, expiry, pendingMs: null }
  const { session } = await store.createSession(made, {
    quotas: { org: null, store: null, user: null, ...quotas },
    ifKeyTaken: 'reject',
  })
  return session
}

const anyone = () => ({ orgId: 'acme', userId: newId() })

async function isRefused(call: Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error) => isSessError(error, 'SESSION_LIMIT_REACHED'))
}

async function keysLike(part: RegExp): Promise<readonly string[]> {
  const found: string[] = []
  for await (const some of redis.scanStream({ match: `${group.keyPrefix}*`, count: 1000 })) found.push(...some)
  return found.filter((key) => part.test(key))
}

/** The session's own keys vanish, as by a failover that lost them. */
async function lose(id: string): Promise<void> {
  await redis.del(...(await keysLike(new RegExp(id))))
}

/** Makes the time come when an index looks at what it has. */
async function makeDue(): Promise<void> {
  for (const key of await keysLike(/:e:/)) {
    for (const id of await redis.zrange(key, '0', '-1')) await redis.zadd(key, '1', id)
  }
}

describe.each(['single', 'sharded'] as const)('RedisStore, %s', (topology) => {
  beforeEach(async () => {
    await group?.dispose()
    group = storeGroup({ url: await sharedRedis(inject('testServers')), topology })
    store = group.open()
  })

  afterAll(() => group.dispose())

  test('a session whose keys are lost frees its place when its time comes, and not before', async () => {
    const lost = await create(anyone(), { org: 1 })
    await lose(lost.id)
    await isRefused(create(anyone(), { org: 1 }))
    await makeDue()
    await create(anyone(), { org: 1 })
    await isRefused(create(anyone(), { org: 1 }))
  })

  test('a living session keeps its place when its time comes early', async () => {
    const living = await create(anyone(), { org: 1, store: 16 })
    await makeDue()
    await isRefused(create(anyone(), { org: 1 }))
    assert.deepEqual(await store.claimExpired({ limit: 10, leaseMs: 1000 }), [])
    assert.deepEqual((await store.listSessions({ orgId: 'acme' })).items, [living])
  })

  test('a session that lost its entries comes back into the lists with its next message', async () => {
    const session = await create(anyone())
    const chat = { id: newChatId(session.id), session }
    const made = { id: chat.id, key: null, data: {}, maxMessages: null, overflow: 'reject' as const }
    await store.createChat(session, made, { maxChats: null, ifKeyTaken: 'reject' })
    if (topology === 'single') return
    await store.close()
    await redis.del(...(await keysLike(/\{[og]/)))
    store = group.open()
    assert.deepEqual((await store.listSessions({ orgId: 'acme' })).items, [])
    await store.appendMessages(chat, [{ id: newId(), role: 'user', content: 'hello' }])
    await store.close()
    store = group.open()
    for (const query of [{ orgId: 'acme' }, {}]) {
      assert.deepEqual(
        (await store.listSessions(query)).items.map(({ id }) => id),
        [session.id],
      )
      const { chats, messages, users } = await store.stats(query)
      assert.deepEqual([chats, messages, users], [1, 1, 1])
    }
  })

  test('lists leave lost sessions out', async () => {
    const owner = anyone()
    const [first, lost, last] = [await create(owner), await create(owner), await create(owner)]
    await lose(lost.id)
    for (const query of [owner, { orgId: 'acme' }, {}, { ...owner, order: 'active' as const }]) {
      const { items } = await store.listSessions(query)
      assert.deepEqual(
        items.map(({ id }) => id),
        [last.id, first.id],
      )
    }
  })

  test('a session with many chats is gone at once, and so are all its keys in the end', async () => {
    const session = await create(anyone())
    const chats = Array.from({ length: 1200 }, () => newChatId(session.id))
    await Promise.all(
      chats.map((id) =>
        store.createChat(
          session,
          { id, key: null, data: {}, maxMessages: null, overflow: 'reject' },
          { maxChats: null, ifKeyTaken: 'reject' },
        ),
      ),
    )
    assert.equal(await store.deleteSession(session, { operationId: newId() }), true)
    assert.equal(await store.getSession(session), null)
    assert.deepEqual(await keysLike(new RegExp(`\\{${session.id.slice(-4)}\\}:[^t]`)), [])
    assert.equal(await store.countSessions({ orgId: 'acme' }), 0)
  })

  test('chats that nobody used for long live as long as their session', async () => {
    const session = await create(anyone(), {}, 86_400_000)
    const chats = Array.from({ length: 300 }, () => newChatId(session.id))
    for (const id of chats) {
      const made = { id, key: null, data: {}, maxMessages: null, overflow: 'reject' as const }
      await store.createChat(session, made, { maxChats: null, ifKeyTaken: 'reject' })
    }
    // Activity once in twenty hours, for three weeks.
    const { now } = await store.health()
    for (let hours = 20; hours < 500; hours += 20) {
      const { expiresAt } = await store.touchSession(session, { expiresInMs: hours * 3_600_000 })
      const left = await Promise.all((await keysLike(/:c:/)).map((key) => redis.pttl(key)))
      assert.equal(left.length, 300)
      assert.ok(Math.min(...left) + now > (expiresAt ?? 0), `${hours} hours`)
    }
  })
})
