import {
  type AppendResult,
  bodyOf,
  frozenJson,
  invalidArgument,
  jsonEquals,
  type Message,
  type MessagePage,
  type MessageRange,
  maxMessagesPerWrite,
  type NewMessage,
  outsideResults,
  SessError,
  unansweredCalls,
} from '@sess/core'
import type { KeptChat, KeptMessage } from './kept-session.ts'

/** What an append would do, before anything is written. */
export interface AppendPlan {
  readonly fresh: readonly NewMessage[]
  /** For each message of the call: the seq it has, or its place among the fresh ones. */
  readonly places: readonly ({ readonly seq: number } | { readonly fresh: number; readonly written: boolean })[]
}

/** @throws `MESSAGE_CONFLICT` if an id is there, or in the batch, with another body; `INVALID_ARGUMENT` if there are too many. */
export function planAppend(known: readonly KeptMessage[], messages: readonly NewMessage[]): AppendPlan {
  if (messages.length > maxMessagesPerWrite) throw invalidArgument('messages', `must be at most ${maxMessagesPerWrite}`)
  const fresh: NewMessage[] = []
  const places = messages.map((message) => {
    const stored = known.find((kept) => kept.message.id === message.id)?.message
    const index = fresh.findIndex(({ id }) => id === message.id)
    const other = stored ?? fresh[index]
    if (other !== undefined && !jsonEquals(bodyOf(other), bodyOf(message))) {
      throw new SessError('MESSAGE_CONFLICT', 'the id has another message', { messageId: message.id })
    }
    if (stored !== undefined) return { seq: stored.seq }
    if (index >= 0) return { fresh: index, written: false }
    return { fresh: fresh.push(message) - 1, written: true }
  })
  return { fresh, places }
}

/** @throws `MESSAGE_CONFLICT` if a message is there already. */
export function assertAllNew(plan: AppendPlan, messages: readonly NewMessage[]): void {
  const there = messages[plan.places.findIndex((place) => 'seq' in place)]
  if (there !== undefined)
    throw new SessError('MESSAGE_CONFLICT', 'the id has another message', { messageId: there.id })
}

/** @throws `MESSAGE_LIMIT_REACHED` if the chat is full and rejects. */
export function assertRoom({ record }: KeptChat, count: number, added: number): void {
  const { maxMessages, overflow } = record
  if (overflow === 'trim-oldest' || maxMessages === null || added === 0 || count + added <= maxMessages) return
  throw new SessError('MESSAGE_LIMIT_REACHED', 'the chat is full', { limit: maxMessages })
}

/** Writes what was planned, and trims. */
export function append(chat: KeptChat, plan: AppendPlan, now: number): AppendResult {
  const { record, messages } = chat
  const first = record.lastSeq + 1
  for (const { createdAt = now, ...message } of plan.fresh) {
    const seq = ++record.lastSeq
    const stored = frozenJson({ ...message, seq, createdAt }, 'message') as unknown as Message
    messages.push({ message: stored, openBefore: record.openCalls })
    const results = outsideResults(stored.content).length
    record.openCalls = Math.max(0, record.openCalls - results) + unansweredCalls(stored.content).length
    record.lastMessageAt = now
  }
  if (record.overflow === 'trim-oldest' && record.maxMessages !== null) trim(chat, record.maxMessages)
  return {
    seqs: plan.places.map((place) => ('seq' in place ? place.seq : first + place.fresh)),
    written: plan.places.map((place) => 'fresh' in place && place.written),
    storedAt: now,
    firstSeq: record.firstSeq,
  }
}

/** Removes what stands behind `keepThrough`. */
export function cutAfter({ record, messages }: KeptChat, keepThrough: number): void {
  const kept = messages.findIndex(({ message }) => message.seq > keepThrough)
  const cut = kept < 0 ? [] : messages.splice(kept)
  if (cut[0] === undefined) return
  record.lastSeq = cut[0].message.seq - 1
  record.openCalls = cut[0].openBefore
}

/** Keeps the newest `max`, so that the history begins where one may begin. */
function trim({ record, messages }: KeptChat, max: number): void {
  const edge = messages.length - max
  if (edge <= 0) return
  const mayBegin = ({ message, openBefore }: KeptMessage) => openBefore === 0 && resultsOf(message) === 0
  let begin = messages.findIndex((message, index) => index >= edge && mayBegin(message))
  if (begin < 0) begin = messages.findLastIndex((message, index) => index < edge && mayBegin(message))
  if (begin < 0 || messages.length - begin >= 2 * max) {
    begin = messages.findIndex(({ message }, index) => index >= edge && resultsOf(message) === 0)
  }
  messages.splice(0, begin < 0 ? edge : begin)
  record.firstSeq = messages[0]?.message.seq ?? record.lastSeq + 1
}

function resultsOf(message: Message): number {
  return outsideResults(message.content).length
}

/** @throws `INVALID_ARGUMENT`. */
export function page({ record, messages }: KeptChat, range: MessageRange): MessagePage {
  const { before, after, offset, limit } = range
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) throw invalidArgument('limit', 'must be 1 to 1,000')
  if ([before, after, offset].filter((place) => place !== undefined).length > 1) {
    throw invalidArgument('range', 'must have at most one of before, after and offset')
  }
  const all = messages.map(({ message }) => message)
  const picked =
    after !== undefined
      ? all.filter(({ seq }) => seq > after).slice(0, limit)
      : offset !== undefined
        ? all.slice(offset, offset + limit)
        : all.filter(({ seq }) => seq < (before ?? Infinity)).slice(-limit)
  return { messages: picked, firstSeq: record.firstSeq, lastSeq: record.lastSeq }
}
