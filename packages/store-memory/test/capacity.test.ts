import { newId, type SessionRef } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { expect, test } from 'vitest'
import { makeChat, makeSession, say } from './make.ts'

const lru = (maxSessions: number): MemoryStore => new MemoryStore({ maxSessions, eviction: 'lru' })

async function isAlive(store: MemoryStore, session: SessionRef): Promise<boolean> {
  // By a list: a read would count as use.
  const { items } = await store.listSessions(session.owner)
  return items.some(({ id }) => id === session.id)
}

test('maxSessions: a full store rejects, and takes sessions again after one went', async () => {
  const store = new MemoryStore({ maxSessions: 2 })
  const first = await makeSession(store)
  await makeSession(store)
  await expect(makeSession(store)).rejects.toMatchObject({
    code: 'SESSION_LIMIT_REACHED',
    details: { scope: 'store', limit: 2 },
  })
  expect((await store.health()).problems).toHaveLength(1)
  await store.deleteSession(first, { operationId: newId() })
  await makeSession(store)
})

test('maxSessions: archived, closed and expired records take their place too, until they are removed', async () => {
  let now = 0
  const store = new MemoryStore({ maxSessions: 1, clock: () => now })
  await makeSession(store, { expiry: { idleMs: 1, absoluteMs: null } })
  now = 1
  await expect(makeSession(store)).rejects.toMatchObject({ code: 'SESSION_LIMIT_REACHED' })
  for (const { session, claim } of await store.claimExpired({ limit: 1, leaseMs: 1 }))
    await store.removeExpired(session, claim)
  await makeSession(store)
})

test('maxSessions: what is no whole number from 1 up is INVALID_ARGUMENT', () => {
  for (const maxSessions of [0, -1, 1.5, Number.NaN]) {
    expect(() => new MemoryStore({ maxSessions })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  }
})

test('lru: the least recently used session makes room, and expires', async () => {
  const store = lru(2)
  const [first, second] = [await makeSession(store), await makeSession(store)]
  const third = await makeSession(store)
  await expect(store.getSession(first)).rejects.toMatchObject({ code: 'SESSION_EXPIRED' })
  expect([await isAlive(store, second), await isAlive(store, third)]).toEqual([true, true])
  expect(await store.countSessions({})).toBe(2)
})

const uses: Readonly<Record<string, (store: MemoryStore, session: SessionRef) => Promise<unknown>>> = {
  getSession: (store, session) => store.getSession(session),
  findSession: (store, session) => store.findSession(session.id),
  touchSession: (store, session) => store.touchSession(session),
  readMessages: async (store, session) => {
    const chatId = (await store.listChats(session)).items[0]?.id ?? ''
    return store.readMessages({ id: chatId, session }, { limit: 1 })
  },
  getContext: (store, session) => store.getContext(session, 'key'),
}

for (const [name, use] of Object.entries(uses)) {
  test(`lru: ${name} counts as use`, async () => {
    const store = lru(2)
    const first = await makeSession(store)
    await makeChat(store, first)
    const second = await makeSession(store)
    await use(store, first)
    await makeSession(store)
    expect([await isAlive(store, first), await isAlive(store, second)]).toEqual([true, false])
  })
}

test('lru: somebody else asking for a session is no use of it', async () => {
  const store = lru(2)
  const [first, second] = [await makeSession(store), await makeSession(store)]
  expect(await store.getSession({ id: first.id, owner: second.owner })).toBe(null)
  await makeSession(store)
  expect(await isAlive(store, first)).toBe(false)
})

test('lru: a session whose turn runs is passed over, until its lease lapsed', async () => {
  let now = 0
  const store = new MemoryStore({ maxSessions: 2, eviction: 'lru', clock: () => now })
  const [busy, idle] = [await makeSession(store), await makeSession(store)]
  const chat = await makeChat(store, busy)
  await store.beginTurn(chat, { turnId: newId(), leaseMs: 1000, ifBusy: 'reject' })
  await store.getSession(idle)
  await makeSession(store)
  expect([await isAlive(store, busy), await isAlive(store, idle)]).toEqual([true, false])
  const other = await makeSession(store)
  await store.beginTurn(await makeChat(store, other), { turnId: newId(), leaseMs: 1000, ifBusy: 'reject' })
  await expect(makeSession(store)).rejects.toMatchObject({ code: 'SESSION_LIMIT_REACHED', details: { scope: 'store' } })
  now = 1000
  await makeSession(store)
})

test('lru: an evicted session is given to the sweep, without what it held', async () => {
  const store = lru(1)
  const evicted = await makeSession(store)
  await say(store, await makeChat(store, evicted), 'gone')
  await makeSession(store)
  expect((await store.stats({})).messages).toBe(0)
  const [claimed, ...others] = await store.claimExpired({ limit: 10, leaseMs: 1000 })
  expect([claimed?.session.id, others]).toEqual([evicted.id, []])
  expect(await store.removeExpired(evicted, claimed?.claim ?? '')).toBe(true)
  expect(await store.getSession(evicted)).toBe(null)
})

test('lru: as many expired records wait as there may be sessions, then the oldest is forgotten', async () => {
  const store = lru(3)
  const sessions: SessionRef[] = []
  for (let count = 0; count < 20; count++) sessions.push(await makeSession(store))
  const { details, problems } = await store.health()
  expect(details).toMatchObject({ sessions: 3, expired: 3, maxSessions: 3 })
  expect(problems).toHaveLength(1)
  for (const forgotten of sessions.slice(0, 14)) expect(await store.getSession(forgotten)).toBe(null)
  expect((await store.claimExpired({ limit: 10, leaseMs: 1 })).map(({ session }) => session.id)).toEqual(
    sessions.slice(14, 17).map(({ id }) => id),
  )
})

test('lru: a creation that fails evicts nobody', async () => {
  const store = lru(1)
  const first = await makeSession(store, { key: 'ticket' })
  await expect(makeSession(store, { owner: first.owner, key: 'ticket' })).rejects.toMatchObject({
    code: 'SESSION_EXISTS',
  })
  const bad = makeSession(store, { data: { at: new Date(0) } as never })
  await expect(bad).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(await isAlive(store, first)).toBe(true)
})
