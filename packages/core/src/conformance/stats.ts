import assert from 'node:assert/strict'
import type { StatsScope } from '../store/store-lifecycle.ts'
import { expire, makeChat, makeSession, numbered, once, someone, update } from './fixtures.ts'
import { type Cases, inEmptyStore } from './harness.ts'

const nothing = {
  sessions: { active: 0, paused: 0, archived: 0, closed: 0 },
  users: 0,
  chats: 0,
  messages: 0,
  oldestSessionAt: null,
  newestSessionAt: null,
  lastActiveAt: null,
}

export const statsCases: Cases = {
  'stats: of an owner who has nothing': async ({ store }) => {
    assert.deepEqual(await store.stats(someone()), nothing)
  },

  'stats: count what one user has': async ({ store }) => {
    const owner = someone()
    const first = await makeSession(store, { owner })
    const chat = await makeChat(store, {}, first)
    await store.appendMessages(chat, numbered(3))
    await makeChat(store, {}, first)
    const second = await makeSession(store, { owner })
    await update(store, second, { status: 'paused' })
    const third = await makeSession(store, { owner })
    await update(store, third, { status: 'archived' })
    const last = await store.touchSession(first)
    await makeSession(store, { owner: { ...owner, userId: someone().userId } })
    assert.deepEqual(await store.stats(owner), {
      sessions: { active: 1, paused: 1, archived: 1, closed: 0 },
      users: 1,
      chats: 2,
      messages: 3,
      oldestSessionAt: first.createdAt,
      newestSessionAt: third.createdAt,
      lastActiveAt: last.lastActiveAt,
    })
  },

  'stats: of an organisation and of the store are sums': inEmptyStore(async ({ store }) => {
    const owner = someone()
    const colleague = { ...owner, userId: someone().userId }
    for (const who of [owner, colleague, someone()]) {
      const chat = await makeChat(store, {}, await makeSession(store, { owner: who }))
      await store.appendMessages(chat, numbered(2))
    }
    if (!store.supports.exactOrgCounts) return
    const figures = async (scope: StatsScope) => {
      const { sessions, users, chats, messages } = await store.stats(scope)
      return [sessions.active, users, chats, messages]
    }
    assert.deepEqual(await figures({ orgId: owner.orgId }), [2, 2, 2, 4])
    assert.deepEqual(await figures({}), [3, 3, 3, 6])
  }),

  'stats: what is deleted or trimmed leaves them': async ({ store }) => {
    const owner = someone()
    const session = await makeSession(store, { owner })
    const kept = await makeChat(store, { maxMessages: 4 }, session)
    const gone = await makeChat(store, {}, session)
    await store.appendMessages(kept, numbered(10))
    await store.appendMessages(gone, numbered(3))
    assert.equal((await store.stats(owner)).messages, 7)
    await store.deleteChat(gone, once())
    const { chats, messages } = await store.stats(owner)
    assert.deepEqual([chats, messages], [1, 4])
    await store.deleteSession(session, once())
    assert.deepEqual(await store.stats(owner), nothing)
  },

  'stats: an expired session leaves them at once, with all it has': async ({ store, waitUntil }) => {
    const owner = someone()
    const kept = await makeSession(store, { owner })
    const session = await makeSession(store, { owner })
    await store.appendMessages(await makeChat(store, {}, session), numbered(3))
    await expire(store, session, waitUntil)
    const { sessions, chats, messages, newestSessionAt, lastActiveAt } = await store.stats(owner)
    assert.deepEqual([sessions.active, chats, messages], [1, 0, 0])
    assert.deepEqual([newestSessionAt, lastActiveAt], [kept.createdAt, kept.lastActiveAt])
  },

  'stats: what a pending session has comes into them when it leaves that state': async ({ store }) => {
    const owner = someone()
    const session = await makeSession(store, { owner, pendingMs: 60_000 })
    await store.appendMessages(await makeChat(store, {}, session), numbered(3))
    assert.deepEqual(await store.stats(owner), nothing)
    await update(store, session, { status: 'active' })
    const { users, chats, messages } = await store.stats(owner)
    assert.deepEqual([users, chats, messages], [1, 1, 3])
  },

  'stats: repeats count once': async ({ store }) => {
    const chat = await makeChat(store)
    const batch = numbered(3)
    for (let count = 0; count < 3; count++) await store.appendMessages(chat, batch)
    assert.equal((await store.stats(chat.session.owner)).messages, 3)
  },
}
