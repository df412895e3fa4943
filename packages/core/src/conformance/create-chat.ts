import assert from 'node:assert/strict'
import { newChatId } from '../id.ts'
import { chatsOf, fails, leavesAlone, race } from './assertions.ts'
import { chatFor, makeChat, makeSession, numbered, once, say, update } from './fixtures.ts'
import type { Cases } from './harness.ts'
import { inactive } from './inactive-sessions.ts'

const any = { maxChats: null, ifKeyTaken: 'reject' } as const
const open = { maxChats: null, ifKeyTaken: 'open' } as const

export const createChatCases: Cases = {
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
      turnExpiresAt: null,
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
}
