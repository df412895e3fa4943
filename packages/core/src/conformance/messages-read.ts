import assert from 'node:assert/strict'
import { newChatId } from '../id.ts'
import type { MessageRange } from '../store/message-log.ts'
import type { ChatRef } from '../store/refs.ts'
import type { Store } from '../store/store.ts'
import { fails } from './assertions.ts'
import { makeChat, makeSession, numbered } from './fixtures.ts'
import type { Cases } from './harness.ts'

/** A chat that keeps its messages 11 … 20. */
async function trimmedChat(store: Store): Promise<ChatRef> {
  const chat = await makeChat(store, { maxMessages: 10 })
  await store.appendMessages(chat, numbered(20))
  return chat
}

async function seqsIn(store: Store, chat: ChatRef, range: MessageRange): Promise<readonly number[]> {
  const { messages, firstSeq, lastSeq } = await store.readMessages(chat, range)
  assert.deepEqual([firstSeq, lastSeq], [11, 20])
  assert.ok(messages.every(({ seq, content }) => content === `${seq}`))
  return messages.map(({ seq }) => seq)
}

/** From the range that is read to the first and last seq in the answer; null is an empty answer. */
const boundaries: readonly (readonly [string, MessageRange, readonly [number, number] | null])[] = [
  ['the newest', { limit: 3 }, [18, 20]],
  ['the newest, one', { limit: 1 }, [20, 20]],
  ['the newest, all', { limit: 10 }, [11, 20]],
  ['the newest, more than there are', { limit: 1000 }, [11, 20]],
  ['before the middle', { before: 15, limit: 2 }, [13, 14]],
  ['before, near the oldest', { before: 13, limit: 5 }, [11, 12]],
  ['before the second', { before: 12, limit: 5 }, [11, 11]],
  ['before the oldest', { before: 11, limit: 5 }, null],
  ['before what was trimmed', { before: 5, limit: 5 }, null],
  ['before the newest', { before: 20, limit: 2 }, [18, 19]],
  ['before the next', { before: 21, limit: 2 }, [19, 20]],
  ['before what will come', { before: 500, limit: 2 }, [19, 20]],
  ['before 0', { before: 0, limit: 2 }, null],
  ['after the middle', { after: 15, limit: 2 }, [16, 17]],
  ['after 0', { after: 0, limit: 2 }, [11, 12]],
  ['after what was trimmed', { after: 5, limit: 2 }, [11, 12]],
  ['after the last that was trimmed', { after: 10, limit: 2 }, [11, 12]],
  ['after the oldest', { after: 11, limit: 2 }, [12, 13]],
  ['after, near the newest', { after: 18, limit: 5 }, [19, 20]],
  ['after the one before the newest', { after: 19, limit: 5 }, [20, 20]],
  ['after the newest', { after: 20, limit: 5 }, null],
  ['after what will come', { after: 500, limit: 5 }, null],
  ['offset 0', { offset: 0, limit: 3 }, [11, 13]],
  ['offset in the middle', { offset: 4, limit: 3 }, [15, 17]],
  ['offset near the newest', { offset: 8, limit: 3 }, [19, 20]],
  ['offset of the newest', { offset: 9, limit: 3 }, [20, 20]],
  ['offset past the newest', { offset: 10, limit: 3 }, null],
  ['offset far past', { offset: 500, limit: 3 }, null],
]

const boundaryCases: Cases = Object.fromEntries(
  boundaries.map(([name, range, expected]) => [
    `read: ${name}`,
    async ({ store }: { store: Store }) => {
      const [first, last] = expected ?? [1, 0]
      const seqs = Array.from({ length: last - first + 1 }, (_, index) => first + index)
      assert.deepEqual(await seqsIn(store, await trimmedChat(store), range), seqs)
    },
  ]),
)

export const readCases: Cases = {
  ...boundaryCases,

  'read: an empty chat': async ({ store }) => {
    const chat = await makeChat(store)
    for (const range of [{ limit: 5 }, { before: 3, limit: 5 }, { after: 0, limit: 5 }, { offset: 0, limit: 5 }]) {
      assert.deepEqual(await store.readMessages(chat, range), { messages: [], firstSeq: 1, lastSeq: 0 })
    }
  },

  'read: page by page in both directions, every message once': async ({ store }) => {
    const chat = await trimmedChat(store)
    const forward: number[] = []
    for (let after = 0; forward.length < 20; after = forward.at(-1) ?? 0) {
      const page = await seqsIn(store, chat, { after, limit: 3 })
      if (page.length === 0) break
      forward.push(...page)
    }
    const backward: number[] = []
    for (let before = 21; backward.length < 20; before = backward[0] ?? 0) {
      const page = await seqsIn(store, chat, { before, limit: 3 })
      if (page.length === 0) break
      backward.unshift(...page)
    }
    const all = Array.from({ length: 10 }, (_, index) => index + 11)
    assert.deepEqual([forward, backward], [all, all])
  },

  'read: up to 1,000 at once': async ({ store }) => {
    const chat = await makeChat(store)
    for (let count = 0; count < 6; count++) await store.appendMessages(chat, numbered(200))
    const newest = await store.readMessages(chat, { limit: 1000 })
    assert.deepEqual([newest.messages.length, newest.messages[0]?.seq], [1000, 201])
    const oldest = await store.readMessages(chat, { after: 0, limit: 1000 })
    assert.deepEqual([oldest.messages.length, oldest.messages.at(-1)?.seq], [1000, 1000])
  },

  'read: a limit that is no whole number from 1 to 1,000 is INVALID_ARGUMENT': async ({ store }) => {
    const chat = await makeChat(store)
    for (const limit of [0, -1, 1.5, 1001, Number.NaN, Number.POSITIVE_INFINITY]) {
      await fails(store.readMessages(chat, { limit }), 'INVALID_ARGUMENT', { field: 'limit' })
    }
  },

  'read: two of before, after and offset are INVALID_ARGUMENT': async ({ store }) => {
    const chat = await makeChat(store)
    for (const range of [
      { before: 1, after: 1 },
      { before: 1, offset: 0 },
      { after: 1, offset: 0 },
    ]) {
      await fails(store.readMessages(chat, { ...range, limit: 5 }), 'INVALID_ARGUMENT')
    }
  },

  'read: a missing chat is CHAT_NOT_FOUND': async ({ store }) => {
    const session = await makeSession(store)
    const chat = { id: newChatId(session.id), session }
    await fails(store.readMessages(chat, { limit: 5 }), 'CHAT_NOT_FOUND', { chatId: chat.id })
  },

  'read: the same from another process': async ({ store, peer }) => {
    const chat = await makeChat(store)
    const other = await peer()
    await store.appendMessages(chat, numbered(2))
    assert.equal((await other.readMessages(chat, { limit: 5 })).lastSeq, 2)
    await other.appendMessages(chat, numbered(1))
    assert.equal((await store.readMessages(chat, { limit: 5 })).lastSeq, 3)
  },
}
