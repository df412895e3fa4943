import assert from 'node:assert/strict'
import { newChatId, newId, newSessionId } from '../id.ts'
import type { ChatRef, SessionRef } from '../store/refs.ts'
import type { Store } from '../store/store.ts'
import { chatsOf, fails, leavesAlone, race } from './assertions.ts'
import {
  answering,
  beginTurn,
  calling,
  makeChat,
  makeSession,
  numbered,
  once,
  say,
  someone,
  textsOf,
} from './fixtures.ts'
import type { Cases } from './harness.ts'

export const chatCases: Cases = {
  'getChat: answers null where there is none': async ({ store }) => {
    const session = await makeSession(store)
    assert.equal(await store.getChat({ id: newChatId(session.id), session }), null)
    assert.equal(await store.getChat({ id: 'no id', session }), null)
  },

  'getChat: answers null where there is no such session': async ({ store }) => {
    const owner = someone()
    const session = { id: newSessionId(owner), owner }
    assert.equal(await store.getChat({ id: newChatId(session.id), session }), null)
  },

  'updateChat: changes what is given and leaves the rest': async ({ store }) => {
    const chat = await makeChat(store, { key: 'mail', data: { a: 1 }, maxMessages: 9 })
    const version = async (): Promise<number> => (await store.getChat(chat))?.version ?? 0
    const first = await store.updateChat(chat, { data: { b: 2 } }, { ...once(), expectedVersion: await version() })
    assert.deepEqual([first.data, first.maxMessages, first.overflow, first.key], [{ b: 2 }, 9, 'trim-oldest', 'mail'])
    const options = { ...once(), expectedVersion: await version() }
    const second = await store.updateChat(chat, { maxMessages: null, overflow: 'reject' }, options)
    assert.deepEqual([second.data, second.maxMessages, second.overflow], [{ b: 2 }, null, 'reject'])
    assert.equal(second.version, first.version + 1)
    assert.deepEqual(await store.getChat(chat), second)
  },

  'updateChat: messages and turns are no change of the record': async ({ store }) => {
    const chat = await makeChat(store)
    const before = await store.getChat(chat)
    const fence = await beginTurn(store, chat)
    await store.appendMessages(chat, [say('hello')], { fence })
    await store.endTurn(chat, fence, { responseMs: 1 })
    const after = await store.getChat(chat)
    assert.deepEqual([after?.version, after?.updatedAt], [before?.version, before?.updatedAt])
  },

  'updateChat: a stale version is VERSION_CONFLICT and writes nothing': async ({ store }) => {
    const chat = await makeChat(store)
    const { version } = (await store.getChat(chat)) ?? { version: 0 }
    await store.updateChat(chat, { data: { a: 1 } }, { ...once(), expectedVersion: version })
    await leavesAlone(store, chat.session, () =>
      fails(store.updateChat(chat, { data: {} }, { ...once(), expectedVersion: version }), 'VERSION_CONFLICT', {
        expectedVersion: version,
        actualVersion: version + 1,
      }),
    )
  },

  'updateChat: of 8 writers that know one version, one wins': async ({ store, peer }) => {
    const chat = await makeChat(store)
    const stores = [store, await peer()]
    const expectedVersion = (await store.getChat(chat))?.version ?? 0
    const winners = await race(8, 'VERSION_CONFLICT', (index) =>
      (stores[index % 2] ?? store).updateChat(chat, { data: { index } }, { ...once(), expectedVersion }),
    )
    assert.equal(winners.length, 1)
  },

  'updateChat: a smaller maxMessages takes effect with the next append': async ({ store }) => {
    const chat = await makeChat(store)
    await store.appendMessages(chat, numbered(10))
    const expectedVersion = (await store.getChat(chat))?.version ?? 0
    await store.updateChat(chat, { maxMessages: 4 }, { ...once(), expectedVersion })
    assert.equal((await textsOf(store, chat)).length, 10)
    await store.appendMessages(chat, [say('11')])
    assert.deepEqual(await textsOf(store, chat), ['8', '9', '10', '11'])
  },

  'updateChat, deleteChat, activateChat: a missing chat': async ({ store }) => {
    const session = await makeSession(store)
    const chat = { id: newChatId(session.id), session }
    const details = { chatId: chat.id }
    await fails(store.updateChat(chat, {}, { ...once(), expectedVersion: 1 }), 'CHAT_NOT_FOUND', details)
    await fails(store.activateChat(chat, once()), 'CHAT_NOT_FOUND', details)
    assert.equal(await store.deleteChat(chat, once()), false)
  },

  'deleteChat: removes the chat with its messages': async ({ store }) => {
    const chat = await makeChat(store, { key: 'mail' })
    const { session } = chat
    await store.appendMessages(chat, [say('hello'), calling('c'), answering('c')])
    assert.equal(await store.deleteChat(chat, once()), true)
    assert.equal(await store.getChat(chat), null)
    assert.deepEqual(await chatsOf(store, session), [])
    assert.equal((await store.getSession(session))?.chatCount, 0)
    await fails(store.readMessages(chat, { limit: 1 }), 'CHAT_NOT_FOUND', { chatId: chat.id })
    await makeChat(store, { id: chat.id }, session)
    assert.deepEqual(await textsOf(store, chat), [])
    assert.deepEqual((await store.appendMessages(chat, [say('anew')])).seqs, [1])
  },

  'deleteChat: a turn that ran in it is lost': async ({ store }) => {
    const chat = await makeChat(store)
    const fence = await beginTurn(store, chat)
    await store.deleteChat(chat, once())
    await fails(store.appendMessages(chat, [say('late')], { fence }), 'CHAT_NOT_FOUND')
    await fails(store.renewTurn(chat, fence, { leaseMs: 1000 }), 'CHAT_NOT_FOUND')
    await fails(store.endTurn(chat, fence), 'CHAT_NOT_FOUND')
  },

  'deleteChat: after the active one, the oldest that is left is active': async ({ store }) => {
    const session = await makeSession(store)
    const [first, second, third] = await makeChats(store, session, 3)
    await store.activateChat(third, once())
    await store.deleteChat(third, once())
    assert.equal((await store.getSession(session))?.activeChatId, first.id)
    await store.deleteChat(first, once())
    assert.equal((await store.getSession(session))?.activeChatId, second.id)
    await store.deleteChat(second, once())
    assert.equal((await store.getSession(session))?.activeChatId, null)
    const fresh = await makeChat(store, {}, session)
    assert.equal((await store.getSession(session))?.activeChatId, fresh.id)
  },

  'deleteChat: after another one, the active one stays': async ({ store }) => {
    const session = await makeSession(store)
    const [first, , third] = await makeChats(store, session, 3)
    await store.activateChat(third, once())
    await store.deleteChat(first, once())
    assert.equal((await store.getSession(session))?.activeChatId, third.id)
  },

  'activateChat: makes a chat the active one': async ({ store }) => {
    const session = await makeSession(store)
    const [first, second] = await makeChats(store, session, 2)
    const record = await store.activateChat(second, once())
    assert.equal(record.activeChatId, second.id)
    assert.deepEqual(await store.getSession(session), record)
    assert.equal((await store.activateChat(first, once())).activeChatId, first.id)
  },

  'listChats: answers all, oldest first': async ({ store }) => {
    const session = await makeSession(store)
    const made: string[] = []
    for (let count = 0; count < 3; count++) made.push((await makeChat(store, {}, session)).id)
    const { items, nextCursor } = await store.listChats(session)
    assert.deepEqual([items.map(({ id }) => id), nextCursor], [made, null])
  },

  'chats: turns and response times go into the figures': async ({ store }) => {
    const chat = await makeChat(store)
    for (let responseMs = 1; responseMs <= 55; responseMs++) {
      await store.endTurn(chat, await beginTurn(store, chat), { responseMs })
    }
    await store.endTurn(chat, await beginTurn(store, chat))
    const record = await store.getChat(chat)
    assert.deepEqual([record?.turnCount, record?.responseMsTotal], [55, (55 * 56) / 2])
    assert.deepEqual(
      record?.recentResponseMs,
      Array.from({ length: 50 }, (_, index) => index + 6),
    )
  },

  'chats: openCalls counts tool calls that were not answered yet': async ({ store }) => {
    const chat = await makeChat(store)
    const open = async (): Promise<number | undefined> => (await store.getChat(chat))?.openCalls
    await store.appendMessages(chat, [say('look'), calling('a', 'b', 'c')])
    assert.equal(await open(), 3)
    await store.appendMessages(chat, [answering('b')])
    assert.equal(await open(), 2)
    await store.appendMessages(chat, [answering('a', 'c'), calling('d')])
    assert.equal(await open(), 1)
    const both = { type: 'tool-call', callId: 'e', name: 'look', input: 1 } as const
    const result = { type: 'tool-result', callId: 'e', output: 1 } as const
    await store.appendMessages(chat, [{ id: newId(), role: 'assistant', content: [both, result] }])
    assert.equal(await open(), 1)
    await store.appendMessages(chat, [answering('d')])
    assert.equal(await open(), 0)
  },

  'chats: turnExpiresAt says until when a turn holds the chat, and null when none runs': async ({ store, now }) => {
    const chat = await makeChat(store)
    const until = async (): Promise<number> => (await store.getChat(chat))?.turnExpiresAt ?? 0
    const before = await now()
    const { fence, ...grant } = await store.beginTurn(chat, { turnId: newId(), leaseMs: 60_000, ifBusy: 'reject' })
    const began = await until()
    assert.equal(grant.chat.turnExpiresAt, began)
    assert.ok(began >= before + 60_000 && began <= (await now()) + 60_000, `${began - before}`)
    await store.renewTurn(chat, fence, { leaseMs: 120_000 })
    const renewed = await until()
    assert.ok(renewed >= began + 60_000 && renewed <= (await now()) + 120_000, `${renewed - began}`)
    await store.appendMessages(chat, [say('mine')], { fence })
    await store.interruptTurn(chat)
    assert.equal(await until(), renewed)
    const { items } = await store.listChats(chat.session)
    assert.deepEqual(
      items.map(({ turnExpiresAt }) => turnExpiresAt),
      [renewed],
    )
    await store.endTurn(chat, fence)
    assert.equal((await store.getChat(chat))?.turnExpiresAt, null)
  },

  'chats: lastMessageAt is when the newest message was stored': async ({ store }) => {
    const chat = await makeChat(store)
    const { storedAt } = await store.appendMessages(chat, [say('hello')])
    assert.equal((await store.getChat(chat))?.lastMessageAt, storedAt)
  },
}

/** Chats of one session, oldest first. */
async function makeChats(store: Store, session: SessionRef, count: number) {
  const chats: ChatRef[] = []
  for (let made = 0; made < count; made++) chats.push(await makeChat(store, {}, session))
  const [first, second, third = first] = chats
  if (first === undefined || second === undefined || third === undefined) throw new RangeError('count')
  return [first, second, third] as const
}
