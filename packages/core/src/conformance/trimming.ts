import assert from 'node:assert/strict'
import { newId } from '../id.ts'
import { type NewMessage, outsideResults, unansweredCalls } from '../message.ts'
import { answering, calling, makeChat, messagesOf, numbered, once, say, textsOf } from './fixtures.ts'
import type { Cases } from './harness.ts'

/**
 * A short way to write histories: `u` somebody speaks, `c` the agent calls a tool (`cc` two of them), `r` a result
 * comes (`rr` two in one message), `rc` results and new calls in one message, `x` a call that the message answers itself.
 */
function history(text: string): readonly NewMessage[] {
  return text.split(' ').map((word) => {
    if (word === 'u') return say(word)
    const callId = newId()
    const own = { type: 'tool-call', callId, name: 'look', input: 1 } as const
    if (word === 'x')
      return { id: newId(), role: 'assistant', content: [own, { type: 'tool-result', callId, output: 1 }] }
    const results = [...word].filter((letter) => letter === 'r').map(() => newId())
    const calls = [...word].filter((letter) => letter === 'c').map(() => newId())
    const answered = answering(...results).content
    const called = calling(...calls).content
    const role = results.length > 0 && calls.length === 0 ? 'tool' : 'assistant'
    return { id: newId(), role, content: [...(answered === '' ? [] : answered), ...called] as NewMessage['content'] }
  })
}

/** Seqs that the rule keeps of a chat that was never trimmed before: written down as the contract says it. */
function keptSeqs(messages: readonly NewMessage[], maxMessages: number): { readonly first: number } {
  if (messages.length <= maxMessages) return { first: 1 }
  let open = 0
  const begins: number[] = []
  const noResult: number[] = []
  for (const [index, { content }] of messages.entries()) {
    const results = outsideResults(content).length
    if (open === 0 && results === 0) begins.push(index + 1)
    if (results === 0) noResult.push(index + 1)
    open = Math.max(0, open - results) + unansweredCalls(content).length
  }
  const oldest = messages.length - maxMessages + 1
  const inside = begins.find((seq) => seq >= oldest)
  if (inside !== undefined) return { first: inside }
  const before = begins.findLast((seq) => seq < oldest)
  if (before !== undefined && messages.length - before + 1 < 2 * maxMessages) return { first: before }
  return { first: noResult.find((seq) => seq >= oldest) ?? messages.length + 1 }
}

/** Histories that are written message by message to a chat of `max`, and the first seq that is left. */
const examples: readonly (readonly [name: string, max: number, history: string, first: number])[] = [
  ['plain messages: the newest stay', 3, 'u u u u u', 3],
  ['a pair at the edge goes whole', 3, 'u c r u u', 4],
  ['a pair inside stays', 3, 'u u c r', 2],
  ['a pair that begins the newest ones stays', 2, 'u u c r', 3],
  ['results that come later keep their call', 2, 'u c u r', 2],
  ['a result that comes later does not begin a history', 2, 'u c u r u', 5],
  ['parallel calls: all results stay with the call', 3, 'u u cc r r', 3],
  ['parallel calls: half-answered is no place to begin', 2, 'u cc r r u', 5],
  ['calls that are answered in one message', 2, 'u cc rr u u', 4],
  ['a result with a new call is no place to begin', 2, 'u c rc r u', 5],
  ['a call that its message answers itself is a place to begin', 2, 'u u x u', 3],
  ['a call not answered yet is a place to begin', 2, 'u u u c', 3],
  ['a message while a call is open is no place to begin', 2, 'u c u u', 2],
  ['an exchange longer than the limit stays whole', 3, 'u c rc rc r', 2],
  ['an exchange of 2 × the limit less one stays whole', 3, 'u c rc rc rc r', 2],
  ['an exchange of 2 × the limit is cut where no result stands', 3, 'u c u u u u r', 5],
  ['a call never answered: kept until 2 × the limit', 3, 'u c u u u u', 2],
  ['a call never answered: then cut like plain messages', 3, 'u c u u u u u', 5],
  ['after the last result a history may begin again', 2, 'u cc r u r u u', 6],
]

const exampleCases: Cases = Object.fromEntries(
  examples.map(([name, maxMessages, text, first]) => [
    `trim: ${name}`,
    async ({ store }) => {
      const messages = history(text)
      const chat = await makeChat(store, { maxMessages })
      let told = 0
      for (const message of messages) told = (await store.appendMessages(chat, [message])).firstSeq
      const kept = await messagesOf(store, chat)
      assert.equal(kept[0]?.seq, first, `kept ${kept.map(({ seq }) => seq)} of "${text}"`)
      assert.deepEqual(
        kept.map(({ id }) => id),
        messages.slice(first - 1).map(({ id }) => id),
      )
      const record = await store.getChat(chat)
      assert.deepEqual([record?.firstSeq, record?.lastSeq, told], [first, messages.length, first])
    },
  ]),
)

export const trimCases: Cases = {
  ...exampleCases,

  'trim: a batch longer than the limit keeps its newest': async ({ store }) => {
    const chat = await makeChat(store, { maxMessages: 4 })
    const { seqs, written, firstSeq } = await store.appendMessages(chat, numbered(10))
    assert.deepEqual([seqs.at(-1), written.length, firstSeq], [10, 10, 7])
    assert.deepEqual(await textsOf(store, chat), ['7', '8', '9', '10'])
  },

  'trim: without a limit everything stays': async ({ store }) => {
    const chat = await makeChat(store)
    for (let count = 0; count < 3; count++) await store.appendMessages(chat, numbered(200))
    assert.equal((await messagesOf(store, chat)).length, 600)
  },

  'trim: a chat of one message keeps the newest': async ({ store }) => {
    const chat = await makeChat(store, { maxMessages: 1 })
    for (const message of numbered(4)) await store.appendMessages(chat, [message])
    assert.deepEqual(await textsOf(store, chat), ['4'])
    assert.deepEqual((await store.readMessages(chat, { limit: 5 })).firstSeq, 4)
  },

  'trim: what was trimmed cannot be read by any range': async ({ store }) => {
    const chat = await makeChat(store, { maxMessages: 3 })
    for (const message of numbered(8)) await store.appendMessages(chat, [message])
    for (const range of [{ limit: 10 }, { after: 0, limit: 10 }, { offset: 0, limit: 10 }, { before: 9, limit: 10 }]) {
      const { messages } = await store.readMessages(chat, range)
      assert.deepEqual(
        messages.map(({ content }) => content),
        ['6', '7', '8'],
      )
    }
    assert.deepEqual((await store.readMessages(chat, { before: 6, limit: 10 })).messages, [])
  },

  'trim: a rewrite trims like an append': async ({ store }) => {
    const chat = await makeChat(store, { maxMessages: 3 })
    await store.appendMessages(chat, numbered(3))
    const { firstSeq } = await store.rewriteMessages(chat, 2, history('c r u'), once())
    assert.equal(firstSeq, 3)
    assert.deepEqual(
      (await messagesOf(store, chat)).map(({ seq }) => seq),
      [3, 4, 5],
    )
  },

  'trim: a rewrite of open calls opens and closes places to begin': async ({ store }) => {
    const chat = await makeChat(store, { maxMessages: 2 })
    const first = history('u c')
    await store.appendMessages(chat, first)
    assert.equal((await store.getChat(chat))?.openCalls, 1)
    await store.rewriteMessages(chat, 1, history('u'), once())
    assert.equal((await store.getChat(chat))?.openCalls, 0)
    for (const message of history('u u')) await store.appendMessages(chat, [message])
    assert.deepEqual(
      (await messagesOf(store, chat)).map(({ seq }) => seq),
      [3, 4],
    )
  },

  'trim: 300 random histories are cut where the rule says': async ({ store }) => {
    const random = randomFrom(20_260_801)
    for (let run = 0; run < 300; run++) {
      const maxMessages = 1 + random(6)
      const words: string[] = []
      let open = 0
      while (words.length < 12) {
        const results = random(2) === 0 ? Math.min(open, random(3)) : 0
        const calls = random(3) === 0 ? 1 + random(2) : 0
        words.push(results + calls === 0 ? 'u' : 'r'.repeat(results) + 'c'.repeat(calls))
        open += calls - results
      }
      // In one batch, so that the rule acts once; what many appends leave is told by the examples.
      const messages = history(words.join(' '))
      const { first } = keptSeqs(messages, maxMessages)
      if (first > messages.length) continue
      const chat = await makeChat(store, { maxMessages })
      const { firstSeq } = await store.appendMessages(chat, messages)
      assert.equal(firstSeq, first, `"${words.join(' ')}" in a chat of ${maxMessages}`)
      assert.equal((await store.readMessages(chat, { after: 0, limit: 1 })).messages[0]?.seq, first)
    }
  },
}

/** Small whole numbers, the same in every run (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
