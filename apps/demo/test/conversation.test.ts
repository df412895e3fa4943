import type { LiveTurn, Message } from '@sess/core'
import { expect, test } from 'vitest'
import { messagesOverTime } from '../page/panel/time-buckets.ts'
import {
  afterEvent,
  type Conversation,
  emptyConversation,
  pageSize,
  windowSize,
  withNewer,
  withOlder,
} from '../page/state/conversation.ts'
import type { LiveEvent } from '../src/web/views.ts'

function messages(from: number, to: number, id = ''): Message[] {
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const seq = from + index
    return { id: `${id}${seq}`, seq, role: seq % 2 === 1 ? 'user' : 'assistant', content: `${seq}`, createdAt: seq }
  })
}

function showing(from: number, to: number, rest: Partial<Conversation> = {}): Conversation {
  return { ...emptyConversation, messages: messages(from, to), hasOlder: from > 1, ...rest }
}

function seqs(conversation: Conversation): readonly [number | undefined, number | undefined] {
  return [conversation.messages[0]?.seq, conversation.messages.at(-1)?.seq]
}

const answering = { turnId: 't', text: 'half', reasoning: '' }

function snapshot(messages: readonly Message[], turn: LiveTurn | null = null): LiveEvent {
  const plain = { id: 's', name: 'S', status: 'active' as const, tags: [], chatCount: 1, activeChatId: null }
  const session = { ...plain, createdAt: 0, lastActiveAt: 0, expiresAt: null, version: 1 }
  const chat = { id: 'c', name: 'C', systemPrompt: '', model: '', messageCount: 0, turnExpiresAt: null }
  return { type: 'snapshot', messages, turn, session, chat, now: 0 }
}

test('snapshot: the first one is taken as it is', () => {
  const shown = afterEvent(emptyConversation, snapshot(messages(51, 100), answering))
  expect(shown).toMatchObject({ hasOlder: true, isAtEnd: true, answering })
  expect(seqs(shown)).toEqual([51, 100])
})

test('snapshot: after a lost connection what is new goes behind what is there', () => {
  const shown = afterEvent(showing(51, 100), snapshot(messages(61, 110)))
  expect(seqs(shown)).toEqual([51, 110])
})

test('snapshot: what is there goes, if something was taken away, replaced, or missed', () => {
  for (const newest of [messages(31, 80), messages(61, 100, 'other'), messages(151, 200)]) {
    const shown = afterEvent(showing(51, 100), snapshot(newest))
    expect(shown.messages).toEqual(newest)
  }
})

test('snapshot: whoever reads old messages is left where they are', () => {
  const reading = showing(1, 200, { isAtEnd: false })
  const shown = afterEvent(reading, snapshot(messages(951, 1_000)))
  expect(seqs(shown)).toEqual([1, 200])
})

test('message: goes behind, once, and takes the place of what was written until then', () => {
  const [next] = messages(102, 102)
  const before = showing(51, 101, { answering })
  if (next === undefined) throw new Error('there should be a message')
  const shown = afterEvent(afterEvent(before, { type: 'message', message: next }), { type: 'message', message: next })
  expect(seqs(shown)).toEqual([51, 102])
  expect(shown.answering).toMatchObject({ turnId: 't', text: '' })
})

test('message: none is shown before one that is missing', () => {
  const [later] = messages(104, 104)
  if (later === undefined) throw new Error('there should be a message')
  const shown = afterEvent(showing(51, 101), { type: 'message', message: later })
  expect([seqs(shown), shown.isAtEnd]).toEqual([[51, 101], false])
})

test('text: grows while its turn runs, and goes when it ends', () => {
  const started = afterEvent(showing(1, 1), { type: 'turn-started', turnId: 't' })
  const said = ['to', 'ken'].reduce((shown, text) => afterEvent(shown, { type: 'text', text }), started)
  expect(said.answering?.text).toBe('token')
  expect(afterEvent(said, { type: 'turn-ended', turnId: 'another', problem: null }).answering?.text).toBe('token')
  expect(afterEvent(said, { type: 'turn-ended', turnId: 't', problem: null }).answering).toBeNull()
})

test('window: older pages push out newer ones and back, without a gap', () => {
  let shown = showing(951, 1_000)
  for (let first = 901; first >= 701; first -= pageSize) shown = withOlder(shown, messages(first, first + pageSize - 1))
  expect([seqs(shown), shown.isAtEnd, shown.messages.length]).toEqual([[701, 900], false, windowSize])
  for (let first = 901; first <= 951; first += pageSize) shown = withNewer(shown, messages(first, first + pageSize - 1))
  expect([seqs(shown), shown.isAtEnd]).toEqual([[801, 1_000], false])
  expect(withNewer(shown, []).isAtEnd).toBe(true)
  expect(withOlder(shown, []).hasOlder).toBe(false)
})

test.each([
  [[], [], 1_000],
  [[500], [1], 1_000],
  [[0, 500, 1_000, 3_999], [2, 1, 0, 1], 1_000],
  [[0, 100_000], 21, 5_000],
  [[0, 40 * 365 * 86_400_000], 24, null],
] as const)('messages over time: %j', (instants, bars, widthMs) => {
  const found = messagesOverTime(instants.map((createdAt) => ({ createdAt })))
  if (typeof bars === 'number') expect(found.bars.length).toBeLessThanOrEqual(24)
  else expect(found.bars).toEqual(bars)
  if (widthMs !== null) expect(found.bucketMs).toBe(widthMs)
  expect(found.bars.reduce((sum, count) => sum + count, 0)).toBe(instants.length)
})
