import assert from 'node:assert/strict'
import { newId } from '../id.ts'
import type { NewMessage } from '../message.ts'
import { fails, leavesAlone } from './assertions.ts'
import { beginTurn, fullMessage, makeChat, messagesOf, numbered, say, textsOf, update } from './fixtures.ts'
import type { Cases } from './harness.ts'

export const appendRepeatCases: Cases = {
  'append: a repeated id writes once and answers the first seq': async ({ store }) => {
    const chat = await makeChat(store)
    const message = fullMessage()
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
    const { createdAt, ...message } = fullMessage()
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
}
