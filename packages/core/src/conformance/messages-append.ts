import assert from 'node:assert/strict'
import { newChatId, newId } from '../id.ts'
import type { NewMessage } from '../message.ts'
import { maxMessagesPerWrite } from '../store/message-log.ts'
import { fails, leavesAlone } from './assertions.ts'
import {
  beginTurn,
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

/** A message that uses every field there is. */
function full(): NewMessage {
  return {
    id: newId(),
    role: 'assistant',
    content: [
      { type: 'text', text: 'see', metadata: { a: [1, { b: null }] } },
      { type: 'reasoning', text: 'hm' },
      { type: 'file', mediaType: 'text/plain', url: 'data:,x', filename: 'x.txt' },
      { type: 'tool-call', callId: 'c', name: 'look', input: { deep: [true] } },
      { type: 'tool-result', callId: 'c', output: null, isError: true, synthetic: true, name: 'look' },
      { type: 'data', name: 'chart', data: [0.1, 1e21, -5], id: 'd' },
    ],
    name: 'Ada',
    metadata: { source: 'mail' },
    usage: { inputTokens: 5, outputTokens: 0, metadata: { cached: 1 } },
    interrupted: true,
    turnId: newId(),
    createdAt: 1_234_567,
  }
}

export const appendCases: Cases = {
  'append: messages are kept whole, in order, with a dense seq': async ({ store }) => {
    const chat = await makeChat(store)
    const messages = [...roles.map((role) => say(role, { role, createdAt: 5 })), full()]
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

  'append: a repeated id writes once and answers the first seq': async ({ store }) => {
    const chat = await makeChat(store)
    const message = full()
    await store.appendMessages(chat, [say('before')])
    await store.appendMessages(chat, [message])
    await store.appendMessages(chat, [say('after')])
    const again = await store.appendMessages(chat, [message])
    assert.deepEqual([again.seqs, again.written], [[2], [false]])
    assert.equal((await messagesOf(store, chat)).length, 3)
  },

  'append: the order of keys and createdAt do not make another body': async ({ store }) => {
    const chat = await makeChat(store)
    const id = newId()
    const usage = { inputTokens: 1, outputTokens: 2 }
    await store.appendMessages(chat, [say('x', { id, metadata: { a: 1, b: 2 }, usage, createdAt: 5 })])
    const other = { outputTokens: 2, inputTokens: 1 }
    const again = await store.appendMessages(chat, [
      say('x', { id, metadata: { b: 2, a: 1 }, usage: other, createdAt: 9 }),
    ])
    assert.deepEqual(again.written, [false])
    assert.deepEqual(
      (await messagesOf(store, chat)).map(({ createdAt }) => createdAt),
      [5],
    )
  },

  'append: an id with another body is MESSAGE_CONFLICT, and nothing is written': async ({ store }) => {
    const chat = await makeChat(store)
    const { createdAt, ...message } = full()
    await store.appendMessages(chat, [message])
    const others: readonly Partial<NewMessage>[] = [
      { role: 'user' },
      { content: 'see' },
      { content: [{ type: 'text', text: 'other' }] },
      { name: 'Bob' },
      { name: undefined },
      { metadata: { source: 'web' } },
      { metadata: undefined },
      { usage: { inputTokens: 6 } },
      { interrupted: undefined },
      { turnId: newId() },
    ]
    for (const change of others) {
      await leavesAlone(store, chat.session, () =>
        fails(store.appendMessages(chat, [{ ...message, ...change }]), 'MESSAGE_CONFLICT', { messageId: message.id }),
      )
    }
    assert.equal(createdAt, 1_234_567)
  },

  'append: a batch with known and new ids writes the new ones': async ({ store }) => {
    const chat = await makeChat(store)
    const [a, b, c] = [say('a'), say('b'), say('c')]
    await store.appendMessages(chat, [b])
    const { seqs, written } = await store.appendMessages(chat, [a, b, c])
    assert.deepEqual(
      [seqs, written],
      [
        [2, 1, 3],
        [true, false, true],
      ],
    )
    assert.deepEqual(await textsOf(store, chat), ['b', 'a', 'c'])
  },

  'append: an id twice in one batch is written once': async ({ store }) => {
    const chat = await makeChat(store)
    const message = say('a')
    const { seqs, written } = await store.appendMessages(chat, [message, say('b'), message])
    assert.deepEqual(
      [seqs, written],
      [
        [1, 2, 1],
        [true, true, false],
      ],
    )
    assert.deepEqual(await textsOf(store, chat), ['a', 'b'])
  },

  'append: an id twice in one batch with two bodies is MESSAGE_CONFLICT, and nothing is written': async ({ store }) => {
    const chat = await makeChat(store)
    const message = say('a')
    await leavesAlone(store, chat.session, () =>
      fails(store.appendMessages(chat, [say('x'), message, say('b', { id: message.id })]), 'MESSAGE_CONFLICT', {
        messageId: message.id,
      }),
    )
  },

  'append: a conflict in the middle of a batch writes nothing of it': async ({ store }) => {
    const chat = await makeChat(store)
    const known = say('known')
    await store.appendMessages(chat, [known])
    const batch = [...numbered(3), { ...known, content: 'other' }, ...numbered(3)]
    await leavesAlone(store, chat.session, () => fails(store.appendMessages(chat, batch), 'MESSAGE_CONFLICT'))
    assert.deepEqual((await store.appendMessages(chat, [say('next')])).seqs, [2])
  },

  'append: the same id in two chats is two messages': async ({ store }) => {
    const first = await makeChat(store)
    const second = await makeChat(store, {}, first.session)
    const id = newId()
    await store.appendMessages(first, [say('one', { id })])
    assert.deepEqual((await store.appendMessages(second, [say('two', { id })])).written, [true])
    assert.deepEqual([await textsOf(store, first), await textsOf(store, second)], [['one'], ['two']])
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

  'append: one id sent 20 times at once is written once': async ({ store, peer }) => {
    const chat = await makeChat(store)
    const stores = [store, await peer()]
    const message = say('once')
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (stores[index % 2] ?? store).appendMessages(chat, [message])),
    )
    assert.equal(answers.filter(({ written }) => written[0]).length, 1)
    assert.deepEqual(new Set(answers.flatMap(({ seqs }) => seqs)), new Set([1]))
    assert.deepEqual(await textsOf(store, chat), ['once'])
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

  'append: a repeat is answered although the chat is full': async ({ store }) => {
    const chat = await makeChat(store, { maxMessages: 2, overflow: 'reject' })
    const batch = numbered(2)
    await store.appendMessages(chat, batch)
    const again = await store.appendMessages(chat, batch)
    assert.deepEqual(
      [again.seqs, again.written],
      [
        [1, 2],
        [false, false],
      ],
    )
  },

  'append: a repeat is answered in every state, and after its turn was lost': async ({ store }) => {
    const chat = await makeChat(store)
    const fence = await beginTurn(store, chat)
    const batch = numbered(2)
    const { seqs } = await store.appendMessages(chat, batch, { fence })
    await store.endTurn(chat, fence)
    for (const status of ['active', 'paused', 'archived', 'closed'] as const) {
      await update(store, chat.session, { status })
      await leavesAlone(store, chat.session, async () => {
        for (const again of [
          await store.appendMessages(chat, batch, { fence }),
          await store.appendMessages(chat, batch),
        ]) {
          assert.deepEqual([again.seqs, again.written], [seqs, [false, false]])
        }
      })
    }
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
