import assert from 'node:assert/strict'
import type { SessErrorCode } from '../errors.ts'
import { newChatId, newId, newSessionId } from '../id.ts'
import type { ChatRef, SessionRef } from '../store/refs.ts'
import type { Store } from '../store/store.ts'
import { chatsOf, fails, leavesAlone, race } from './assertions.ts'
import {
  answering,
  beginTurn,
  calling,
  chatFor,
  makeChat,
  makeSession,
  numbered,
  once,
  say,
  someone,
  textsOf,
  update,
} from './fixtures.ts'
import type { Cases } from './harness.ts'
import { makeTarget, readingCalls, writingCalls } from './methods.ts'

const any = { maxChats: null, ifKeyTaken: 'reject' } as const
const open = { maxChats: null, ifKeyTaken: 'open' } as const

/** Who does not work while a session is not active, and what says so. */
const inactive: readonly (readonly ['paused' | 'archived' | 'closed', SessErrorCode])[] = [
  ['paused', 'SESSION_PAUSED'],
  ['archived', 'SESSION_ARCHIVED'],
  ['closed', 'SESSION_CLOSED'],
]
const structural = [
  'createChat',
  'updateChat',
  'activateChat',
  'deleteChat',
  'appendMessages',
  'rewriteMessages',
  'setContext',
  'deleteContext',
  'beginTurn',
] as const

/** A case per method: paused, archived and closed sessions refuse it. */
const inactiveCases: Cases = Object.fromEntries(
  structural.map((name) => [
    `${name}: a session that is not active refuses, and nothing is written`,
    async ({ store }: { store: Store }) => {
      const target = await makeTarget(store)
      for (const [status, code] of inactive) {
        const { version } = await update(store, target.session, { status })
        await leavesAlone(store, target.session, () =>
          fails(Promise.resolve(writingCalls[name]?.(store, { ...target, version })), code, {
            sessionId: target.session.id,
          }),
        )
      }
    },
  ]),
)

export const chatCases: Cases = {
  ...inactiveCases,

  'chats: paused, archived and closed sessions can be read': async ({ store }) => {
    const target = await makeTarget(store)
    const before = await Promise.all(
      Object.values(readingCalls)
        .slice(1)
        .map((call) => call(store, target)),
    )
    for (const [status] of inactive) {
      await update(store, target.session, { status })
      const after = await Promise.all(
        Object.values(readingCalls)
          .slice(1)
          .map((call) => call(store, target)),
      )
      assert.deepEqual(after, before)
    }
  },

  'createChat: answers the record it made': async ({ store, now }) => {
    const session = await makeSession(store)
    const made = chatFor(session, { key: 'mail', data: { name: 'General' }, maxMessages: 50, overflow: 'reject' })
    const before = await now()
    const { chat, created } = await store.createChat(session, made, any)
    const { createdAt, version, ...rest } = chat
    assert.equal(created, true)
    assert.ok(before <= createdAt && createdAt <= (await now()))
    assert.ok(Number.isSafeInteger(version))
    assert.deepEqual(rest, {
      ...made,
      sessionId: session.id,
      updatedAt: createdAt,
      firstSeq: 1,
      lastSeq: 0,
      lastMessageAt: null,
      openCalls: 0,
      turnCount: 0,
      responseMsTotal: 0,
      recentResponseMs: [],
    })
    assert.deepEqual(await store.getChat({ id: chat.id, session }), chat)
  },

  'createChat: createdAt and firstSeq that were given are kept': async ({ store }) => {
    const chat = await makeChat(store, { createdAt: 1_000_000, firstSeq: 40 })
    const record = await store.getChat(chat)
    assert.deepEqual([record?.createdAt, record?.firstSeq, record?.lastSeq], [1_000_000, 40, 39])
    assert.deepEqual((await store.appendMessages(chat, numbered(2))).seqs, [40, 41])
  },

  'createChat: an id that was not made for the session is INVALID_ARGUMENT': async ({ store }) => {
    const session = await makeSession(store)
    const id = newChatId(session.id)
    for (const bad of [id.slice(0, -1) + (id.endsWith('0') ? '1' : '0'), id.toUpperCase(), '', 'x']) {
      await fails(store.createChat(session, chatFor(session, { id: bad }), any), 'INVALID_ARGUMENT', { field: 'id' })
    }
    assert.deepEqual(await chatsOf(store, session), [])
  },

  'createChat: the first becomes the active one, the others do not': async ({ store }) => {
    const session = await makeSession(store)
    const first = await makeChat(store, {}, session)
    await makeChat(store, {}, session)
    const record = await store.getSession(session)
    assert.deepEqual([record?.activeChatId, record?.chatCount], [first.id, 2])
  },

  'createChat: a missing session is SESSION_NOT_FOUND': async ({ store }) => {
    const session = await makeSession(store)
    await store.deleteSession(session, once())
    const details = { sessionId: session.id }
    await fails(store.createChat(session, chatFor(session), any), 'SESSION_NOT_FOUND', details)
  },

  'createChat: a taken key is CHAT_EXISTS, and nothing is written': async ({ store }) => {
    const { session } = await makeChat(store, { key: 'mail' })
    await leavesAlone(store, session, () =>
      fails(store.createChat(session, chatFor(session, { key: 'mail' }), any), 'CHAT_EXISTS', { key: 'mail' }),
    )
  },

  'createChat: opening a taken key answers the chat that has it': async ({ store }) => {
    const first = await makeChat(store, { key: 'mail', data: { first: true } })
    const { session } = first
    await store.appendMessages(first, [say('hello')])
    const record = await store.getChat(first)
    const answer = await store.createChat(session, chatFor(session, { key: 'mail' }), { ...open, maxChats: 1 })
    assert.deepEqual(answer, { chat: record, created: false })
    assert.equal((await chatsOf(store, session)).length, 1)
  },

  'createChat: opening works also where nothing may be created': async ({ store }) => {
    const { id, session } = await makeChat(store, { key: 'mail' })
    for (const [status, code] of inactive) {
      await update(store, session, { status })
      const { chat, created } = await store.createChat(session, chatFor(session, { key: 'mail' }), open)
      assert.deepEqual([chat.id, created], [id, false])
      await fails(store.createChat(session, chatFor(session, { key: 'new' }), open), code)
    }
  },

  'createChat: of 50 that open one key at once, one creates and all answer it': async ({ store, peer }) => {
    const session = await makeSession(store)
    const stores = [store, await peer()]
    const answers = await race(50, null, (index) =>
      (stores[index % 2] ?? store).createChat(session, chatFor(session, { key: 'mail' }), open),
    )
    assert.equal(answers.filter(({ created }) => created).length, 1)
    assert.equal(new Set(answers.map(({ chat }) => chat.id)).size, 1)
    assert.equal((await chatsOf(store, session)).length, 1)
  },

  'createChat: a key belongs to one session': async ({ store }) => {
    const first = await makeChat(store, { key: 'mail' })
    const other = await makeSession(store, { owner: first.session.owner })
    const { created } = await store.createChat(other, chatFor(other, { key: 'mail' }), open)
    assert.equal(created, true)
  },

  'createChat: a deleted chat frees its key': async ({ store }) => {
    const first = await makeChat(store, { key: 'mail' })
    await store.deleteChat(first, once())
    const { created } = await store.createChat(first.session, chatFor(first.session, { key: 'mail' }), open)
    assert.equal(created, true)
  },

  'createChat: a full session is CHAT_LIMIT_REACHED, and nothing is written': async ({ store }) => {
    const { session } = await makeChat(store)
    const made = chatFor(session, { key: 'mail' })
    await leavesAlone(store, session, () =>
      fails(store.createChat(session, made, { maxChats: 1, ifKeyTaken: 'open' }), 'CHAT_LIMIT_REACHED', { limit: 1 }),
    )
    assert.equal((await store.createChat(session, made, open)).created, true)
  },

  'createChat: 100 at once give exactly the limit': async ({ store, peer }) => {
    const session = await makeSession(store)
    const stores = [store, await peer()]
    const made = await race(100, 'CHAT_LIMIT_REACHED', (index) =>
      (stores[index % 2] ?? store).createChat(session, chatFor(session), { maxChats: 7, ifKeyTaken: 'reject' }),
    )
    assert.equal(made.length, 7)
    assert.equal((await chatsOf(store, session)).length, 7)
    assert.equal((await store.getSession(session))?.chatCount, 7)
  },

  'createChat: a deleted chat frees its place': async ({ store }) => {
    const first = await makeChat(store)
    const { session } = first
    await makeChat(store, {}, session)
    await store.deleteChat(first, once())
    assert.equal((await store.createChat(session, chatFor(session), { ...any, maxChats: 2 })).created, true)
    await fails(store.createChat(session, chatFor(session), { ...any, maxChats: 2 }), 'CHAT_LIMIT_REACHED')
  },

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
