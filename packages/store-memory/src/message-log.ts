import {
  type AppendResult,
  assertWritable,
  type ChatRef,
  invalidArgument,
  type MessagePage,
  type MessageRange,
  type NewMessage,
  type RewriteOptions,
  SessError,
  versionConflict,
} from '@sess/core'
import type { ChatEntry } from './entries.ts'
import { recordActivity } from './expiry.ts'
import { requireChat } from './lookup.ts'
import type { MemoryState } from './memory-state.ts'
import { assertNoConflict, type MessagePlan, planMessages } from './message-plan.ts'
import { doneInChat, rememberInChat } from './operations.ts'
import { countContent } from './scope.ts'
import { assertFence, assertNoTurn } from './turns.ts'

export function appendMessages(
  state: MemoryState,
  ref: ChatRef,
  messages: readonly NewMessage[],
  fence: number | undefined,
  now: number,
): AppendResult {
  const chat = requireChat(state, ref, now)
  const { log } = chat
  const plan = planMessages(log, log.lastSeq, messages, now)
  // A repeat is answered whatever happened since: what it asks for is there.
  if (plan.added.length > 0 || plan.conflictId !== null) {
    assertMayWrite(chat, fence)
    assertNoConflict(plan)
    assertRoom(chat, log.length + plan.added.length)
    write(state, chat, log.lastSeq, plan, now)
  }
  return { seqs: plan.seqs, written: plan.written, storedAt: now, firstSeq: log.firstSeq }
}

export function rewriteMessages(
  state: MemoryState,
  ref: ChatRef,
  keepThrough: number,
  messages: readonly NewMessage[],
  options: RewriteOptions,
  now: number,
): AppendResult {
  const chat = requireChat(state, ref, now)
  const done = doneInChat(chat, options.operationId)?.result
  if (done) return done
  const { fence, expectedLastSeq } = options
  const { log } = chat
  assertMayWrite(chat, fence)
  if (fence === undefined) assertNoTurn(chat, now)
  if (expectedLastSeq !== undefined && expectedLastSeq !== log.lastSeq)
    throw versionConflict(expectedLastSeq, log.lastSeq)
  const last = Math.min(Math.max(keepThrough, log.firstSeq - 1), log.lastSeq)
  const plan = planMessages(log, last, messages, now)
  const kept = messages[plan.seqs.findIndex((seq) => seq <= last)]
  if (kept !== undefined) plan.conflictId = kept.id
  assertNoConflict(plan)
  if (plan.added.length > 0) assertRoom(chat, last - log.firstSeq + 1 + plan.added.length)
  write(state, chat, last, plan, now)
  const result: AppendResult = Object.freeze({
    seqs: Object.freeze(plan.seqs),
    written: Object.freeze(plan.written),
    storedAt: now,
    firstSeq: log.firstSeq,
  })
  rememberInChat(chat, options.operationId, result)
  return result
}

export function readMessages(state: MemoryState, ref: ChatRef, range: MessageRange, now: number): MessagePage {
  const { log } = requireChat(state, ref, now)
  const { firstSeq, lastSeq } = log
  const { before, after, offset, limit } = checkedRange(range)
  let from = lastSeq - limit + 1
  if (before !== undefined) from = Math.min(before, lastSeq + 1) - limit
  else if (after !== undefined) from = Math.max(after + 1, firstSeq)
  else if (offset !== undefined) from = firstSeq + offset
  return { messages: Object.freeze(log.range(from, from + limit)), firstSeq, lastSeq }
}

/** @throws {@link SessError} `TURN_LOST`; without a fence what keeps the session from being written to. */
function assertMayWrite(chat: ChatEntry, fence: number | undefined): void {
  if (fence === undefined) assertWritable(chat.session)
  else assertFence(chat, fence)
}

function assertRoom({ maxMessages, overflow }: ChatEntry, length: number): void {
  if (overflow !== 'reject' || maxMessages === null || length <= maxMessages) return
  throw new SessError('MESSAGE_LIMIT_REACHED', `at most ${maxMessages} messages are allowed`, { limit: maxMessages })
}

function write(state: MemoryState, chat: ChatEntry, last: number, plan: MessagePlan, now: number): void {
  const { log, session } = chat
  const before = log.length
  if (last < log.lastSeq) log.dropAfter(last)
  for (const [index, message] of plan.added.entries()) log.push(message, plan.kept[index] ?? message)
  if (plan.added.length > 0) chat.lastMessageAt = now
  if (chat.overflow === 'trim-oldest' && chat.maxMessages !== null) log.trim(chat.maxMessages)
  countContent(session, 0, log.length - before)
  recordActivity(state, session, now)
}

function checkedRange(range: MessageRange): MessageRange {
  const { before, after, offset, limit } = range
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw invalidArgument('limit', 'must be a whole number from 1 to 1,000')
  const places = Number(before !== undefined) + Number(after !== undefined) + Number(offset !== undefined)
  if (places > 1) throw invalidArgument('range', 'takes one of before, after and offset')
  if (before !== undefined) assertPlace('before', before)
  if (after !== undefined) assertPlace('after', after)
  if (offset !== undefined) assertPlace('offset', offset)
  return range
}

function assertPlace(name: string, place: number): void {
  if (!Number.isInteger(place) || place < 0) throw invalidArgument(name, 'must be a whole number from 0 up')
}
