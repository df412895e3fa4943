import assert from 'node:assert/strict'
import { newChatId } from '../id.ts'
import { maxMessagesPerWrite } from '../store/message-log.ts'
import { fails, leavesAlone } from './assertions.ts'
import {
  fullMessage,
  makeChat,
  makeSession,
  messagesOf,
  numbered,
  once,
  roles,
  say,
  textsOf,
  update,
} from './fixtures.ts'
import type { Cases } from './harness.ts'

export const appendCases: Cases = {
  'append: messages are kept whole, in order, with a dense seq': async ({ store }) => {
    const chat = await makeChat(store)
    const messages = [...roles.map((role) => say(role, { role, createdAt: 5 })), fullMessage()]
    const { seqs, written, firstSeq } = await store.appendMessages(chat, messages)
    assert.deepEqual(seqs, [1, 2, 3, 4, 5])
    assert.deepEqual(written, [true, true, true, true, true])
    assert.equal(firstSeq, 1)
    assert.deepEqual(
      await messagesOf(store, chat),
      messages.map((message, index) => ({ ...message, seq: index + 1 })),
    )
    const record = await store.getChat(chat)
    assert.deepEqual([record?.firstSeq, record?.lastSeq], [1, 5])
  },

  'append: createdAt is the time of the store unless it was given': async ({ store, now }) => {
    const chat = await makeChat(store)
    const before = await now()
    const { storedAt } = await store.appendMessages(chat, [say('now'), say('then', { createdAt: 7 })])
    assert.ok(before <= storedAt && storedAt <= (await now()))
    assert.deepEqual(
      (await messagesOf(store, chat)).map(({ createdAt }) => createdAt),
      [storedAt, 7],
    )
  },

  'append: order is the order of writing, whatever createdAt says': async ({ store }) => {
    const chat = await makeChat(store)
    for (const [text, createdAt] of [
      ['a', 300],
      ['b', 100],
      ['c', 200],
    ] as const) {
      await store.appendMessages(chat, [say(text, { createdAt })])
    }
    assert.deepEqual(await textsOf(store, chat), ['a', 'b', 'c'])
  },

  'append: an empty batch writes nothing': async ({ store }) => {
    const chat = await makeChat(store)
    await store.appendMessages(chat, [say('a')])
    const { seqs, written, firstSeq } = await store.appendMessages(chat, [])
    assert.deepEqual([seqs, written, firstSeq], [[], [], 1])
    assert.deepEqual(await textsOf(store, chat), ['a'])
  },

  'append: the longest batch is written whole, a longer one not at all': async ({ store }) => {
    const chat = await makeChat(store)
    const batch = numbered(maxMessagesPerWrite)
    assert.equal((await store.appendMessages(chat, batch)).seqs.at(-1), maxMessagesPerWrite)
    await leavesAlone(store, chat.session, () =>
      fails(store.appendMessages(chat, numbered(maxMessagesPerWrite + 1)), 'INVALID_ARGUMENT', { field: 'messages' }),
    )
    assert.deepEqual(
      await textsOf(store, chat),
      batch.map(({ content }) => content),
    )
  },

  'append: 400 at once are all there once, in dense order, where each was told': async ({ store, peer }) => {
    const chat = await makeChat(store)
    const stores = [store, await peer()]
    const sent = numbered(400)
    const answers = await Promise.all(
      sent.map((message, index) => (stores[index % 2] ?? store).appendMessages(chat, [message])),
    )
    const messages = await messagesOf(store, chat)
    assert.deepEqual(
      messages.map(({ seq }) => seq),
      Array.from({ length: 400 }, (_, index) => index + 1),
    )
    for (const [index, { seqs, written }] of answers.entries()) {
      assert.deepEqual(written, [true])
      assert.equal(messages[(seqs[0] ?? 0) - 1]?.id, sent[index]?.id)
    }
  },

  'append: batches sent at once do not mix': async ({ store, peer }) => {
    const chat = await makeChat(store)
    const stores = [store, await peer()]
    const batches = Array.from({ length: 20 }, (_, batch) => ['a', 'b', 'c'].map((text) => say(`${batch}${text}`)))
    await Promise.all(batches.map((batch, index) => (stores[index % 2] ?? store).appendMessages(chat, batch)))
    const texts = await textsOf(store, chat)
    for (const batch of batches) {
      const start = texts.indexOf(`${batch[0]?.content}`)
      assert.deepEqual(
        texts.slice(start, start + 3),
        batch.map(({ content }) => content),
      )
    }
  },

  'append: a full chat that rejects is MESSAGE_LIMIT_REACHED, and nothing is written': async ({ store }) => {
    const chat = await makeChat(store, { maxMessages: 3, overflow: 'reject' })
    await store.appendMessages(chat, numbered(2))
    await leavesAlone(store, chat.session, () =>
      fails(store.appendMessages(chat, numbered(2)), 'MESSAGE_LIMIT_REACHED', { limit: 3 }),
    )
    assert.deepEqual((await store.appendMessages(chat, [say('3')])).seqs, [3])
    await fails(store.appendMessages(chat, [say('4')]), 'MESSAGE_LIMIT_REACHED', { limit: 3 })
  },

  'append: 50 at once to a chat that rejects give exactly its limit': async ({ store, peer }) => {
    const chat = await makeChat(store, { maxMessages: 7, overflow: 'reject' })
    const stores = [store, await peer()]
    const outcomes = await Promise.allSettled(
      numbered(50).map((message, index) => (stores[index % 2] ?? store).appendMessages(chat, [message])),
    )
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 7)
    assert.equal((await messagesOf(store, chat)).length, 7)
  },

  'append: a missing chat is CHAT_NOT_FOUND, a missing session SESSION_NOT_FOUND': async ({ store }) => {
    const session = await makeSession(store)
    const chat = { id: newChatId(session.id), session }
    await fails(store.appendMessages(chat, [say('x')]), 'CHAT_NOT_FOUND', { chatId: chat.id })
    await store.deleteSession(session, once())
    await fails(store.appendMessages(chat, [say('x')]), 'SESSION_NOT_FOUND', { sessionId: session.id })
  },

  'append: a large message is kept': async ({ store }) => {
    const chat = await makeChat(store)
    const text = 'ä😀\u0000\n"'.repeat(100_000)
    await store.appendMessages(chat, [say(text)])
    const [kept] = await textsOf(store, chat)
    assert.ok(kept === text, 'the text came back different')
  },

  'append: a resumed session takes messages again': async ({ store }) => {
    const chat = await makeChat(store)
    await update(store, chat.session, { status: 'paused' })
    await fails(store.appendMessages(chat, [say('x')]), 'SESSION_PAUSED')
    await update(store, chat.session, { status: 'active' })
    assert.deepEqual((await store.appendMessages(chat, [say('y')])).seqs, [1])
  },
}
