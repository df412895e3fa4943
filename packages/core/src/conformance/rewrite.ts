import assert from 'node:assert/strict'
import { newChatId } from '../id.ts'
import { maxMessagesPerWrite } from '../store/message-log.ts'
import { fails, leavesAlone, race } from './assertions.ts'
import { beginTurn, makeChat, makeSession, messagesOf, numbered, once, say, textsOf } from './fixtures.ts'
import type { Cases } from './harness.ts'

export const rewriteCases: Cases = {
  'rewrite: replaces what comes after keepThrough, with seqs given out anew': async ({ store }) => {
    const chat = await makeChat(store)
    await store.appendMessages(chat, numbered(5))
    const { seqs, written, firstSeq } = await store.rewriteMessages(chat, 3, [say('new'), say('newer')], once())
    assert.deepEqual([seqs, written, firstSeq], [[4, 5], [true, true], 1])
    assert.deepEqual(await textsOf(store, chat), ['1', '2', '3', 'new', 'newer'])
    assert.deepEqual((await store.appendMessages(chat, [say('next')])).seqs, [6])
  },

  'rewrite: with no messages it only removes': async ({ store }) => {
    const chat = await makeChat(store)
    await store.appendMessages(chat, numbered(5))
    const { seqs } = await store.rewriteMessages(chat, 2, [], once())
    assert.deepEqual(seqs, [])
    assert.deepEqual(await textsOf(store, chat), ['1', '2'])
    const record = await store.getChat(chat)
    assert.deepEqual([record?.firstSeq, record?.lastSeq], [1, 2])
  },

  'rewrite: everything': async ({ store }) => {
    const chat = await makeChat(store)
    await store.appendMessages(chat, numbered(5))
    assert.deepEqual((await store.rewriteMessages(chat, 0, [say('only')], once())).seqs, [1])
    assert.deepEqual(await textsOf(store, chat), ['only'])
  },

  'rewrite: nothing is removed where keepThrough is the newest': async ({ store }) => {
    const chat = await makeChat(store)
    await store.appendMessages(chat, numbered(2))
    assert.deepEqual((await store.rewriteMessages(chat, 2, [say('3')], once())).seqs, [3])
    assert.deepEqual(await textsOf(store, chat), ['1', '2', '3'])
  },

  'rewrite: in a trimmed chat seqs go on where the oldest was': async ({ store }) => {
    const chat = await makeChat(store, { maxMessages: 3 })
    await store.appendMessages(chat, numbered(10))
    assert.deepEqual((await store.rewriteMessages(chat, 8, [say('new')], once())).seqs, [9])
    assert.deepEqual(await textsOf(store, chat), ['8', 'new'])
    assert.deepEqual((await store.readMessages(chat, { limit: 5 })).firstSeq, 8)
  },

  'rewrite: the id of a removed message is free again': async ({ store }) => {
    const chat = await makeChat(store)
    const [kept, removed] = [say('kept'), say('removed')]
    await store.appendMessages(chat, [kept, removed])
    const { written } = await store.rewriteMessages(chat, 1, [{ ...removed, content: 'other' }], once())
    assert.deepEqual(written, [true])
    assert.deepEqual(await textsOf(store, chat), ['kept', 'other'])
    await store.rewriteMessages(chat, 0, [], once())
    assert.deepEqual((await store.appendMessages(chat, [kept])).written, [true])
  },

  'rewrite: an id that is kept is MESSAGE_CONFLICT, with whatever body, and nothing is written': async ({ store }) => {
    const chat = await makeChat(store)
    const first = say('1')
    await store.appendMessages(chat, [first, ...numbered(2)])
    for (const kept of [first, { ...first, content: 'other' }]) {
      await leavesAlone(store, chat.session, () =>
        fails(store.rewriteMessages(chat, 2, [say('new'), kept], once()), 'MESSAGE_CONFLICT', { messageId: first.id }),
      )
    }
  },

  'rewrite: an id twice is one message with the same body, and MESSAGE_CONFLICT with another': async ({ store }) => {
    const chat = await makeChat(store)
    await store.appendMessages(chat, numbered(2))
    const twice = say('twice')
    const { seqs, written } = await store.rewriteMessages(chat, 1, [twice, twice], once())
    assert.deepEqual({ seqs, written }, { seqs: [2, 2], written: [true, false] })
    const batch = [twice, { ...twice, content: 'other' }]
    await leavesAlone(store, chat.session, () =>
      fails(store.rewriteMessages(chat, 1, batch, once()), 'MESSAGE_CONFLICT', { messageId: twice.id }),
    )
  },

  'rewrite: another newest seq than expected is VERSION_CONFLICT, and nothing is written': async ({ store }) => {
    const chat = await makeChat(store)
    await store.appendMessages(chat, numbered(3))
    for (const expectedLastSeq of [2, 4]) {
      await leavesAlone(store, chat.session, () =>
        fails(store.rewriteMessages(chat, 1, [say('x')], { ...once(), expectedLastSeq }), 'VERSION_CONFLICT', {
          expectedVersion: expectedLastSeq,
          actualVersion: 3,
        }),
      )
    }
    await store.rewriteMessages(chat, 1, [say('x')], { ...once(), expectedLastSeq: 3 })
    assert.deepEqual(await textsOf(store, chat), ['1', 'x'])
  },

  'rewrite: of 8 that expect one newest seq, one wins': async ({ store, peer }) => {
    const chat = await makeChat(store)
    await store.appendMessages(chat, numbered(3))
    const stores = [store, await peer()]
    const winners = await race(8, 'VERSION_CONFLICT', (index) =>
      (stores[index % 2] ?? store).rewriteMessages(chat, 3, [say(`by ${index}`)], { ...once(), expectedLastSeq: 3 }),
    )
    assert.equal(winners.length, 1)
    assert.equal((await messagesOf(store, chat)).length, 4)
  },

  'rewrite: without a fence while a turn runs is TURN_IN_PROGRESS, and nothing is written': async ({ store }) => {
    const chat = await makeChat(store)
    await store.appendMessages(chat, numbered(2))
    const fence = await beginTurn(store, chat)
    await leavesAlone(store, chat.session, () =>
      fails(store.rewriteMessages(chat, 1, [say('x')], once()), 'TURN_IN_PROGRESS'),
    )
    await store.endTurn(chat, fence)
    await store.rewriteMessages(chat, 1, [say('x')], once())
    assert.deepEqual(await textsOf(store, chat), ['1', 'x'])
  },

  'rewrite: the running turn may': async ({ store }) => {
    const chat = await makeChat(store)
    await store.appendMessages(chat, numbered(2))
    const fence = await beginTurn(store, chat)
    await store.rewriteMessages(chat, 1, [say('x')], { ...once(), fence })
    assert.deepEqual(await textsOf(store, chat), ['1', 'x'])
  },

  'rewrite: a full chat that rejects is MESSAGE_LIMIT_REACHED, and nothing is written': async ({ store }) => {
    const chat = await makeChat(store, { maxMessages: 4, overflow: 'reject' })
    await store.appendMessages(chat, numbered(4))
    await leavesAlone(store, chat.session, () =>
      fails(store.rewriteMessages(chat, 2, numbered(3), once()), 'MESSAGE_LIMIT_REACHED', { limit: 4 }),
    )
    await store.rewriteMessages(chat, 2, [say('x'), say('y')], once())
    assert.deepEqual(await textsOf(store, chat), ['1', '2', 'x', 'y'])
  },

  'rewrite: a chat over its limit may be cut, also where it rejects': async ({ store }) => {
    const chat = await makeChat(store, { overflow: 'reject' })
    await store.appendMessages(chat, numbered(5))
    const expectedVersion = (await store.getChat(chat))?.version ?? 0
    await store.updateChat(chat, { maxMessages: 2 }, { ...once(), expectedVersion })
    await store.rewriteMessages(chat, 3, [], once())
    assert.deepEqual(await textsOf(store, chat), ['1', '2', '3'])
    await fails(store.rewriteMessages(chat, 2, [say('x')], once()), 'MESSAGE_LIMIT_REACHED', { limit: 2 })
  },

  'rewrite: more messages than one write takes are INVALID_ARGUMENT': async ({ store }) => {
    const chat = await makeChat(store)
    await store.appendMessages(chat, numbered(2))
    await leavesAlone(store, chat.session, () =>
      fails(store.rewriteMessages(chat, 1, numbered(maxMessagesPerWrite + 1), once()), 'INVALID_ARGUMENT'),
    )
  },

  'rewrite: a missing chat is CHAT_NOT_FOUND': async ({ store }) => {
    const session = await makeSession(store)
    const chat = { id: newChatId(session.id), session }
    await fails(store.rewriteMessages(chat, 0, [], once()), 'CHAT_NOT_FOUND', { chatId: chat.id })
  },

  'rewrite: a message count that shrank is seen in stats': async ({ store }) => {
    const chat = await makeChat(store)
    await store.appendMessages(chat, numbered(10))
    await store.rewriteMessages(chat, 3, [say('x')], once())
    assert.equal((await store.stats(chat.session.owner)).messages, 4)
  },
}
