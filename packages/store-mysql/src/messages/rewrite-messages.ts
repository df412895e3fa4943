import type { AppendResult, ChatRef, NewMessage, RewriteOptions } from '@sess/core'
import { assertWritable, versionConflict } from '@sess/core'
import { doneInChat, rememberInChat } from '../chats/chat-operations.ts'
import type { ChatState } from '../chats/chat-state.ts'
import { lockChat } from '../chats/lookup.ts'
import { saveChat } from '../chats/save-chat.ts'
import { assertFence, assertNoTurn } from '../chats/turns.ts'
import type { Call } from '../connection/call.ts'
import type { Transaction } from '../connection/database.ts'
import { recordActivity } from '../sessions/expiry.ts'
import { saveSession } from '../sessions/save-session.ts'
import type { StoreParts } from '../store-parts.ts'
import { assertNoConflict, assertRoom, sameBody } from './append-plan.ts'
import { type AddedMessage, messageRow } from './heads.ts'
import { insertMessages } from './insert-messages.ts'
import { Knowledge } from './knowledge.ts'
import { learnMarks, learnMessages } from './learn.ts'
import { addMessage, historyStart, type LogState, type Mark } from './log-state.ts'
import { copiedMessages, type Draft, draftsOf, sealedDrafts } from './stored-message.ts'

/** Under the lock of its session: nothing here has to be optimistic. */
export async function rewriteMessages(
  parts: StoreParts,
  call: Call,
  ref: ChatRef,
  keepThrough: number,
  messages: readonly NewMessage[],
  options: RewriteOptions,
): Promise<AppendResult> {
  const drafts = await draftsFor(parts, call, ref, messages)
  const { fence, expectedLastSeq, operationId } = options
  return await parts.database.write(call, async (transaction) => {
    const { session, chat } = await lockChat(parts, transaction, ref)
    const done = doneInChat(chat, operationId)?.result
    if (done) return done
    if (fence === undefined) {
      assertWritable(session)
      assertNoTurn(chat, session.now)
    } else assertFence(chat, fence)
    if (expectedLastSeq !== undefined && expectedLastSeq !== chat.lastSeq)
      throw versionConflict(expectedLastSeq, chat.lastSeq)

    const log = await rewound(parts, transaction, chat, keepThrough)
    const knowledge = new Knowledge()
    await learnMessages(
      parts,
      transaction,
      knowledge,
      drafts.map(({ id }) => [chat.log, id] as const),
    )
    const plan = planRewrite(log, drafts, knowledge)
    assertNoConflict(plan.keptId ?? plan.conflictId)
    // A chat over its limit may be cut.
    if (plan.added.length > 0) assertRoom(chat, log.lastSeq - log.firstSeq + 1 + plan.added.length)

    await removeMessages(parts, transaction, chat, log.lastSeq, plan.stale)
    const { added, marks } = addAll(log, plan.added, session.now)
    if (chat.overflow === 'trim-oldest' && chat.maxMessages !== null)
      log.firstSeq = await startOf(parts, transaction, log, chat.maxMessages, marks, knowledge)
    const kept = added.filter(({ seq }) => seq >= log.firstSeq)
    await insertMessages(parts, transaction, kept)

    const result = { seqs: plan.seqs, written: plan.written, storedAt: session.now, firstSeq: log.firstSeq }
    const { firstSeq, lastSeq, beginningSeq, markedSeq, openCalls } = log
    const after = { ...chat, firstSeq, lastSeq, beginningSeq, markedSeq, openCalls }
    if (plan.added.length > 0) after.lastMessageAt = session.now
    rememberInChat(after, operationId, result)
    await saveChat(parts, transaction, chat, after)
    const grown = lastSeq - firstSeq - (chat.lastSeq - chat.firstSeq)
    const active = { ...session, messages: session.messages + grown }
    recordActivity(active, session.now)
    await saveSession(parts, transaction, session, active)
    return result
  })
}

async function draftsFor(
  { codecs, limits }: StoreParts,
  call: Call,
  ref: ChatRef,
  messages: readonly NewMessage[],
): Promise<readonly Draft[]> {
  if (codecs === null) return draftsOf(messages, limits.messageBytes)
  const copies = copiedMessages(messages)
  return sealedDrafts(copies, limits.messageBytes, ref.id, await codecs.of(ref.session, call))
}

/** The log as it is when everything after `keepThrough` is gone. */
async function rewound(
  { builder }: StoreParts,
  transaction: Transaction,
  chat: ChatState,
  keepThrough: number,
): Promise<LogState> {
  const { log, firstSeq, beginningSeq, markedSeq, openCalls } = chat
  const lastSeq = Math.min(Math.max(Math.floor(keepThrough), firstSeq - 1), chat.lastSeq)
  const state: LogState = { log, firstSeq, lastSeq, beginningSeq, markedSeq, openCalls }
  if (lastSeq === chat.lastSeq) return state
  const { db, named } = builder
  const messages = db.selectFrom(named('message')).where('log_id', '=', log)
  const [removed] = await transaction.rows(messages.select('open_before').where('seq', '=', lastSeq + 1))
  state.openCalls = Number(removed?.open_before ?? 0)
  state.markedSeq = Math.min(markedSeq, lastSeq)
  if (beginningSeq <= lastSeq) return state
  const [beginning] = await transaction.rows(
    messages
      .select('seq')
      .where('seq', '>=', firstSeq)
      .where('seq', '<=', lastSeq)
      .where('open_before', '=', 0)
      .where('results', '=', 0)
      .orderBy('seq', 'desc')
      .limit(1),
  )
  state.beginningSeq = Number(beginning?.seq ?? firstSeq - 1)
  return state
}

interface RewritePlan {
  readonly seqs: number[]
  readonly written: boolean[]
  readonly added: Omit<AddedMessage, 'row'>[]
  /** Messages that stay only because they were not removed yet, and whose ids are wanted again. */
  readonly stale: number[]
  /** The first message whose id one that stays has. */
  keptId: string | null
  /** The first message that is there twice, with another body. */
  conflictId: string | null
}

function planRewrite(log: LogState, drafts: readonly Draft[], knowledge: Knowledge): RewritePlan {
  const plan: RewritePlan = { seqs: [], written: [], added: [], stale: [], keptId: null, conflictId: null }
  for (const draft of drafts) {
    const twin = plan.added.find((added) => added.draft.id === draft.id)
    if (twin === undefined) {
      if (isKept(draft.id)) plan.keptId ??= draft.id
      plan.added.push({ seq: log.lastSeq + plan.added.length + 1, draft })
    } else if (!sameBody(twin, draft)) plan.conflictId ??= draft.id
    plan.seqs.push(twin?.seq ?? log.lastSeq + plan.added.length)
    plan.written.push(twin === undefined)
  }
  return plan

  function isKept(id: string): boolean {
    const row = knowledge.message(log.log, id)
    if (row === undefined || row === null || row.seq > log.lastSeq) return false
    if (row.seq >= log.firstSeq) return true
    plan.stale.push(row.seq)
    return false
  }
}

async function removeMessages(
  { builder, messages }: StoreParts,
  transaction: Transaction,
  { log, lastSeq }: ChatState,
  last: number,
  stale: readonly number[],
): Promise<void> {
  const { db, named } = builder
  if (last < lastSeq)
    await transaction.run(db.deleteFrom(named('message')).where('log_id', '=', log).where('seq', '>', last))
  if (stale.length > 0) await transaction.run(messages.removeSeqs({ pairs: stale.map((seq) => [log, seq] as const) }))
}

function addAll(
  log: LogState,
  planned: RewritePlan['added'],
  now: number,
): { readonly added: readonly AddedMessage[]; readonly marks: ReadonlyMap<number, Mark> } {
  const marks = new Map<number, Mark>()
  const added = planned.map(({ seq, draft }) => {
    const openBefore = addMessage(log, draft)
    marks.set(seq, { begins: openBefore === 0 && draft.results === 0, hasResults: draft.results > 0 })
    return { seq, draft, row: messageRow(log.log, seq, draft, draft.createdAt ?? now, openBefore) }
  })
  return { added, marks }
}

async function startOf(
  parts: StoreParts,
  transaction: Transaction,
  log: LogState,
  maxMessages: number,
  marks: ReadonlyMap<number, Mark>,
  knowledge: Knowledge,
): Promise<number> {
  for (;;) {
    const start = historyStart(log, maxMessages, (seq) => marks.get(seq) ?? knowledge.mark(log.log, seq))
    if (typeof start === 'number') return start
    await learnMarks(parts, transaction, knowledge, [[log.log, start.missing]])
  }
}
