import assert from 'node:assert/strict'
import { newChatId, newId, newSessionId } from '@sess/core'
import { proxy, sharedRedis, type TcpProxy } from '@sess/test-servers'
import { afterAll, beforeAll, beforeEach, inject, test } from 'vitest'
import type { RedisStore } from '../src/index.ts'
import { type StoreGroup, storeGroup } from './stores.ts'

let between: TcpProxy
let group: StoreGroup
let store: RedisStore

beforeAll(async () => {
  between = await proxy(await sharedRedis(inject('testServers')))
  group = storeGroup({ url: between.url })
  store = group.open()
})

afterAll(async () => {
  await group.dispose()
  await between.close()
})

const owner = { orgId: 'o', userId: 'u' }
const session = { id: '', owner }
const chat = { id: '', session }
const once = () => ({ operationId: newId() })
const say = (text: string) => ({ id: newId(), role: 'user' as const, content: text })

beforeEach(async () => {
  session.id = newSessionId(owner)
  chat.id = newChatId(session.id)
  await create(session.id, 'k')
  await createChat(chat.id)
})

function create(id: string, key: string) {
  const expiry = { idleMs: 3_600_000, absoluteMs: null }
  const quotas = { store: null, org: null, user: null }
  return store.createSession(
    { id, owner, key: `${key}${id}`, tags: [], data: {}, expiry, pendingMs: null },
    { quotas, ifKeyTaken: 'reject' },
  )
}

function createChat(id: string) {
  const made = { id, key: id, data: {}, maxMessages: 50, overflow: 'trim-oldest' as const }
  return store.createChat(session, made, { maxChats: 10, ifKeyTaken: 'reject' })
}

/** Does something whose first answer is lost after the server did it. */
async function withLostAnswer<Value>(act: () => Promise<Value>): Promise<Value> {
  const { droppedReplies } = between.counters
  between.dropNextReply((request) => request.includes('evalsha'))
  const value = await act()
  assert.equal(between.counters.droppedReplies, droppedReplies + 1, 'no answer was lost')
  return value
}

test('a lost answer of createSession: one session, answered as created', async () => {
  const id = newSessionId(owner)
  const before = await store.countSessions(owner)
  const { created } = await withLostAnswer(() => create(id, 'lost'))
  assert.equal(created, true)
  assert.equal(await store.countSessions(owner), before + 1)
})

test('a lost answer of createChat: one chat, answered as created', async () => {
  const { created } = await withLostAnswer(() => createChat(newChatId(session.id)))
  assert.equal(created, true)
  assert.equal((await store.getSession(session))?.chatCount, 2)
})

test('a lost answer of updateSession: one change', async () => {
  const { version = 0 } = (await store.getSession(session)) ?? {}
  const quotas = { store: null, org: null, user: null }
  const options = { ...once(), expectedVersion: version, quotas }
  const { data } = await withLostAnswer(() => store.updateSession(session, { data: { a: 1 } }, options))
  assert.deepEqual([data, (await store.getSession(session))?.version], [{ a: 1 }, version + 1])
})

test('a lost answer of appendMessages: each message once, and the seqs of the first time', async () => {
  await store.appendMessages(chat, [say('before')])
  const { seqs } = await withLostAnswer(() => store.appendMessages(chat, [say('a'), say('b')]))
  assert.deepEqual(seqs, [2, 3])
  const { messages } = await store.readMessages(chat, { limit: 10 })
  assert.deepEqual(
    messages.map(({ content }) => content),
    ['before', 'a', 'b'],
  )
})

test('lost answers of 100 appends at once: each message once, in dense order', async () => {
  const sent = Array.from({ length: 50 }, (_, index) => say(`${index}`))
  await withLostAnswer(() => Promise.all(sent.map((message) => store.appendMessages(chat, [message]))))
  const { messages } = await store.readMessages(chat, { limit: 1000 })
  assert.deepEqual(messages.map(({ content }) => content).sort(), sent.map(({ content }) => content).sort())
  assert.deepEqual(
    messages.map(({ seq }) => seq),
    sent.map((_, index) => index + 1),
  )
})

test('a lost answer of rewriteMessages: one rewrite, and the answer of the first time', async () => {
  await store.appendMessages(chat, [say('1'), say('2')])
  const { seqs, written } = await withLostAnswer(() => store.rewriteMessages(chat, 1, [say('new')], once()))
  assert.deepEqual([seqs, written], [[2], [true]])
  assert.equal((await store.readMessages(chat, { limit: 10 })).lastSeq, 2)
})

test('a lost answer of deleteContext: tells that there was a value', async () => {
  await store.setContext(session, [['a', 1]], { ...once(), maxKeys: null, maxBytes: null })
  assert.equal(await withLostAnswer(() => store.deleteContext(session, 'a', once())), true)
})

test('a lost answer of beginTurn: one turn', async () => {
  const begin = () => store.beginTurn(chat, { turnId: newId(), leaseMs: 60_000, ifBusy: 'reject' })
  const { fence } = await withLostAnswer(begin)
  assert.equal(fence, 1)
})

test('a lost answer of endTurn: counted once', async () => {
  const { fence } = await store.beginTurn(chat, { turnId: newId(), leaseMs: 60_000, ifBusy: 'reject' })
  await withLostAnswer(() => store.endTurn(chat, fence, { responseMs: 7 }))
  assert.equal((await store.getChat(chat))?.turnCount, 1)
})

test('a lost answer of deleteChat: tells that there was one', async () => {
  assert.equal(await withLostAnswer(() => store.deleteChat(chat, once())), true)
})

test('a lost answer of deleteSession: tells that there was one', async () => {
  assert.equal(await withLostAnswer(() => store.deleteSession(session, once())), true)
  assert.equal(await store.getSession(session), null)
})

test('lost answers of a sweep: what was claimed is given, what was removed is told', async () => {
  const { expiresAt } = await store.touchSession(session, { expiresInMs: 1 })
  while ((await store.health()).now < (expiresAt ?? 0)) await new Promise((resolve) => setImmediate(resolve))
  const claimed = await withLostAnswer(() => store.claimExpired({ limit: 10, leaseMs: 60_000 }))
  assert.deepEqual(
    claimed.map((one) => one.session.id),
    [session.id],
  )
  const claim = claimed[0]?.claim ?? ''
  assert.equal(await withLostAnswer(() => store.removeExpired(session, claim)), true)
})
