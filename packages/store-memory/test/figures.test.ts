import { newId, type SessionRef } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { expect, test } from 'vitest'
import { makeChat, makeSession, say, someone } from './make.ts'

test('stats: lastActiveAt is that of the sessions that are left', async () => {
  let now = 1_000_000
  const store = new MemoryStore({ clock: () => now })
  const owner = someone()
  await makeSession(store, { owner })
  now += 10
  const second = await makeSession(store, { owner })
  now += 120_000
  const third = await makeSession(store)
  expect((await store.stats({})).lastActiveAt).toBe(1_120_010)
  await store.deleteSession(third, { operationId: newId() })
  expect((await store.stats({})).lastActiveAt).toBe(1_000_010)
  await store.deleteSession(second, { operationId: newId() })
  expect((await store.stats(owner)).lastActiveAt).toBe(1_000_000)
  expect((await store.stats(third.owner)).lastActiveAt).toBe(null)
})

test('stats: an owner of two sessions is one user until both are gone', async () => {
  const store = new MemoryStore()
  const owner = someone()
  const [first, second] = [await makeSession(store, { owner }), await makeSession(store, { owner })]
  await makeSession(store)
  const users = async (): Promise<number> => (await store.stats({ orgId: 'acme' })).users
  expect(await users()).toBe(2)
  await store.deleteSession(first, { operationId: newId() })
  expect(await users()).toBe(2)
  await store.deleteSession(second, { operationId: newId() })
  expect(await users()).toBe(1)
})

test('lists: by activity the order follows the minute, and each session has one place', async () => {
  let now = 0
  const store = new MemoryStore({ clock: () => now })
  const owner = someone()
  const sessions: SessionRef[] = []
  for (let count = 0; count < 5; count++) sessions.push(await makeSession(store, { owner }))
  const [first, second, ...others] = sessions
  if (first === undefined || second === undefined) throw new RangeError('too few')
  const chat = await makeChat(store, first)
  now = 59_999
  await say(store, chat, 'still the same minute')
  const listed = async (): Promise<string[]> =>
    (await store.listSessions({ ...owner, order: 'active' })).items.map(({ id }) => id)
  const newestFirst = sessions.map(({ id }) => id).reverse()
  expect(await listed()).toEqual(newestFirst)
  now = 60_000
  await say(store, chat, 'the next')
  expect(await listed()).toEqual([first.id, ...others.map(({ id }) => id).reverse(), second.id])
})

test('lists: a call looks at 1,000 records at most, however few the query wants', async () => {
  const store = new MemoryStore()
  const rare = await makeSession(store, { tags: ['rare'] })
  for (let count = 0; count < 2500; count++) await makeSession(store)
  const pages: string[][] = []
  for (let cursor: string | undefined; ; ) {
    const { items, nextCursor } = await store.listSessions({ tag: 'rare' }, { cursor })
    pages.push(items.map(({ id }) => id))
    if (nextCursor === null) break
    cursor = nextCursor
  }
  expect(pages).toEqual([[], [], [rare.id]])
})

test('expiry: a session that was active comes up once, not once for each activity', async () => {
  let now = 0
  const store = new MemoryStore({ clock: () => now })
  const session = await makeSession(store, { expiry: { idleMs: 1000, absoluteMs: null } })
  for (; now < 10_000; now += 100) await store.touchSession(session)
  expect(await store.countSessions({})).toBe(1)
  now += 899
  expect(await store.countSessions({})).toBe(1)
  now += 1
  expect(await store.countSessions({})).toBe(0)
})
