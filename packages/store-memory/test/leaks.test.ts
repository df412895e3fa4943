import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type ChatRef, newChatId, newId, newSessionId } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { expect, test } from 'vitest'
import { createChat } from '../src/chat-records.ts'
import { claimExpired } from '../src/expiry.ts'
import { newMemoryState } from '../src/memory-state.ts'
import { createSession, deleteSession, removeExpired } from '../src/session-records.ts'
import { makeChat, makeSession, noQuotas, say } from './make.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Whether the value is let go of soon. */
async function isCollected(held: WeakRef<object>): Promise<boolean> {
  for (let attempt = 0; attempt < 20; attempt++) {
    // A value that was looked at stays until the end of its turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    if (held.deref() === undefined) return true
  }
  return false
}

async function holdOldest(store: MemoryStore, chat: ChatRef): Promise<WeakRef<object>> {
  const { messages } = await store.readMessages(chat, { offset: 0, limit: 1 })
  return new WeakRef(messages[0] ?? {})
}

const ways: Readonly<Record<string, (store: MemoryStore, chat: ChatRef) => Promise<unknown>>> = {
  'a deleted session': (store, { session }) => store.deleteSession(session, { operationId: newId() }),
  'a deleted chat': (store, chat) => store.deleteChat(chat, { operationId: newId() }),
  'a rewrite': (store, chat) => store.rewriteMessages(chat, 0, [], { operationId: newId() }),
  trimming: (store, chat) => say(store, chat, 'newer'),
  eviction: (store) => makeSession(store),
  'closing the store': (store) => store.close(),
}

for (const [way, leave] of Object.entries(ways)) {
  test(`leaks: ${way} lets go of messages`, async () => {
    const store = new MemoryStore({ maxSessions: 1, eviction: 'lru' })
    const chat = await makeChat(store, await makeSession(store), 1)
    await say(store, chat, 'old')
    const held = await holdOldest(store, chat)
    expect(held.deref()).toBeDefined()
    await leave(store, chat)
    expect(await isCollected(held)).toBe(true)
  })
}

test('leaks: nothing is left of sessions that were deleted or removed, nor of their users and organisations', async () => {
  const state = newMemoryState(Infinity, false)
  const quotas = noQuotas
  for (let count = 0; count < 200; count++) {
    const owner = { orgId: `org-${count % 7}`, userId: `user-${count % 90}` }
    const ref = { id: newSessionId(owner), owner }
    const expiry = { idleMs: 1000, absoluteMs: null }
    const session = { ...ref, key: `${count}`, tags: [], data: {}, expiry, pendingMs: count % 3 === 0 ? 1000 : null }
    createSession(state, session, { quotas, ifKeyTaken: 'reject' }, 0)
    const chat = { id: newChatId(ref.id), key: 'k', data: {}, maxMessages: null, overflow: 'reject' } as const
    createChat(state, ref, chat, { maxChats: null, ifKeyTaken: 'reject' }, 0)
    if (count % 2 === 0) deleteSession(state, ref, newId(), 0)
  }
  for (const { session, claim } of claimExpired(state, { limit: 200, leaseMs: 1 }, 1000))
    removeExpired(state, session, claim)
  const { sessions, chats, orgs, scope, due, lapsed } = state
  expect([sessions.size, chats.size, orgs.size]).toEqual([0, 0, 0])
  expect([scope.byId.first, scope.byActivity.first, due.first, lapsed.first]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
  expect(scope).toMatchObject({ users: 0, chats: 0, messages: 0 })
  expect(Object.values(scope.counts)).toEqual([0, 0, 0, 0, 0])
})

test('leaks: deletions are remembered for ten minutes, and 10,000 of them at most', async () => {
  let now = 0
  const store = new MemoryStore({ clock: () => now })
  const first = await makeSession(store)
  const operationId = newId()
  await store.deleteSession(first, { operationId })
  now = 599_999
  expect(await store.deleteSession(first, { operationId })).toBe(true)
  now = 600_000
  expect(await store.deleteSession(first, { operationId })).toBe(false)

  const second = await makeSession(store)
  await store.deleteSession(second, { operationId })
  for (let count = 0; count < 10_000; count++) {
    await store.deleteSession(await makeSession(store), { operationId: newId() })
  }
  expect(await store.deleteSession(second, { operationId })).toBe(false)
})
