import {
  type AppendResult,
  assertWritable,
  chatNotFound,
  jsonEquals,
  SessError,
  sessionExpired,
  sessionNotFound,
} from '@sess/core'
import { assertFence } from '../chats/turns.ts'
import { recordActivity } from '../sessions/expiry.ts'
import { idText } from '../sql/bytes.ts'
import type { HeadRow } from './head-row.ts'
import {
  type AddedMessage,
  type ChatHead,
  type Heads,
  headKey,
  headsOf,
  messageRow,
  type SessionHead,
} from './heads.ts'
import type { Knowledge } from './knowledge.ts'
import { addMessage, historyStart } from './log-state.ts'
import { bodyIn, type Draft, type MessageRow } from './stored-message.ts'

/** A call of `appendMessages`. */
export interface AppendCall {
  readonly sessionId: string
  readonly sessionKey: Buffer
  readonly ownerKey: Buffer
  readonly chatId: string
  readonly chatKey: Buffer
  readonly drafts: readonly Draft[]
  readonly fence: number | undefined
  /** Seqs that an earlier attempt gave out, which may have landed although its answer was lost. */
  attempted: ReadonlyMap<string, number> | null
}

/** What a flush would write and answer, worked out before anything is written. */
export interface AppendPlan {
  readonly heads: Heads
  /** One for each call. */
  readonly outcomes: readonly (AppendResult | SessError)[]
  /** Messages that were trimmed, are still there, and whose ids are wanted again. */
  readonly stale: readonly (readonly [log: Buffer, seq: number])[]
  /** What must be looked up before this plan is good. */
  readonly wantedIds: readonly (readonly [log: Buffer, id: string])[]
  readonly wantedMarks: readonly (readonly [log: Buffer, seq: number])[]
}

/**
 * Plans the calls one after another, each on what those before leave. Ids that were not looked up are taken for new:
 * the database refuses them if they are not.
 */
export function planAppends(calls: readonly AppendCall[], rows: readonly HeadRow[], knowledge: Knowledge): AppendPlan {
  const heads = headsOf(rows)
  const stale: (readonly [Buffer, number])[] = []
  const wantedIds: (readonly [Buffer, string])[] = []
  const wantedMarks: (readonly [Buffer, number])[] = []
  const outcomes = calls.map((call) => {
    const session = heads.sessions.get(headKey(call.sessionKey))
    if (session === undefined || !session.owner.equals(call.ownerKey)) return sessionNotFound(call.sessionId)
    if (heads.now >= session.expiresAt) return sessionExpired(call.sessionId)
    const chat = session.chats.get(headKey(call.chatKey))
    return chat === undefined ? chatNotFound(call.chatId) : append(call, session, chat)
  })
  // What is trimmed at once is not inserted, so that the database does not notice if it is there.
  for (const { chats } of heads.sessions.values())
    for (const { log, added, firstSeq } of chats.values())
      for (const [id, { seq }] of added)
        if (seq < firstSeq && knowledge.message(log, id) === undefined) wantedIds.push([log, id])
  return { heads, outcomes, stale, wantedIds, wantedMarks }

  function append(call: AppendCall, session: SessionHead, chat: ChatHead): AppendResult | SessError {
    let plan: CallPlan
    try {
      plan = planCall(call, chat)
    } catch (error) {
      // A codec cannot read what is there. That is no trouble of the other calls.
      if (error instanceof SessError) return error
      throw error
    }
    // A repeat is answered whatever happened since: what it asks for is there.
    if (plan.added.size === 0 && plan.conflictId === null) return resultOf(plan, chat, plan.storedAt ?? heads.now)
    const refusal = refusalOf(call, session, chat, plan)
    if (refusal === null) {
      write(session, chat, plan)
      return resultOf(plan, chat, heads.now)
    }
    // Some of the ids may be there already, and then it is another question.
    for (const { id } of call.drafts) if (knowledge.message(chat.log, id) === undefined) wantedIds.push([chat.log, id])
    return refusal
  }

  function planCall(call: AppendCall, chat: ChatHead): CallPlan {
    const plan: CallPlan = { seqs: [], written: [], added: new Map(), conflictId: null, storedAt: null }
    const known = new Set<string>()
    for (const draft of call.drafts) {
      const there = plan.added.get(draft.id) ?? find(chat, draft.id)
      if (there === null) {
        const seq = chat.lastSeq + plan.added.size + 1
        plan.added.set(draft.id, { seq, draft })
        plan.seqs.push(seq)
        plan.written.push(true)
        continue
      }
      if (plan.conflictId === null && !sameBody(there, draft)) plan.conflictId = draft.id
      plan.seqs.push(there.seq)
      // It is this very call that has written it, only the answer was lost.
      const isOurs = 'body' in there && call.attempted?.get(draft.id) === there.seq && !known.has(draft.id)
      plan.written.push(isOurs)
      known.add(draft.id)
      if (isOurs && draft.createdAt === undefined) plan.storedAt = Number(there.created_at)
    }
    return plan
  }

  function find(chat: ChatHead, id: string): AddedMessage | MessageRow | null {
    const added = chat.added.get(id)
    if (added !== undefined && added.seq >= chat.firstSeq) return added
    const row = knowledge.message(chat.log, id)
    if (row === undefined || row === null) return null
    if (row.seq >= chat.firstSeq) return row
    stale.push([chat.log, row.seq])
    return null
  }

  function write(session: SessionHead, chat: ChatHead, plan: CallPlan): void {
    const { now } = heads
    const before = chat.lastSeq - chat.firstSeq
    for (const { seq, draft } of plan.added.values()) {
      const openBefore = addMessage(chat, draft)
      chat.marks.set(seq, { begins: openBefore === 0 && draft.results === 0, hasResults: draft.results > 0 })
      const row = messageRow(chat.log, seq, draft, draft.createdAt ?? now, openBefore)
      chat.added.set(draft.id, { seq, draft, row })
    }
    chat.lastMessageAt = now
    if (chat.overflow === 'trim-oldest' && chat.maxMessages !== null) trim(chat, chat.maxMessages)
    chat.isChanged = true
    session.messages += chat.lastSeq - chat.firstSeq - before
    recordActivity(session, now)
    session.isChanged = true
  }

  function trim(chat: ChatHead, maxMessages: number): void {
    const markAt = (seq: number) => chat.marks.get(seq) ?? knowledge.mark(chat.log, seq)
    const start = historyStart(chat, maxMessages, markAt)
    if (typeof start === 'number') chat.firstSeq = start
    else wantedMarks.push([chat.log, start.missing])
  }
}

interface CallPlan {
  readonly seqs: number[]
  readonly written: boolean[]
  readonly added: Map<string, Pick<AddedMessage, 'seq' | 'draft'>>
  /** The first message whose id is taken by another body. */
  conflictId: string | null
  /** When an earlier attempt has written it. */
  storedAt: number | null
}

function refusalOf(
  { fence }: AppendCall,
  session: SessionHead,
  chat: ChatHead,
  { added, conflictId }: CallPlan,
): SessError | null {
  try {
    if (fence === undefined) assertWritable({ id: idText(session.key), status: session.status })
    else assertFence(chat, fence)
    assertNoConflict(conflictId)
    assertRoom(chat, chat.lastSeq - chat.firstSeq + 1 + added.size)
    return null
  } catch (error) {
    if (error instanceof SessError) return error
    throw error
  }
}

/** @throws {@link SessError} `MESSAGE_CONFLICT`. */
export function assertNoConflict(conflictId: string | null): void {
  if (conflictId === null) return
  throw new SessError('MESSAGE_CONFLICT', 'the id is taken by another message', { messageId: conflictId })
}

/** @throws {@link SessError} `MESSAGE_LIMIT_REACHED`. */
export function assertRoom(
  { maxMessages, overflow }: Pick<ChatHead, 'maxMessages' | 'overflow'>,
  length: number,
): void {
  if (overflow !== 'reject' || maxMessages === null || length <= maxMessages) return
  throw new SessError('MESSAGE_LIMIT_REACHED', `at most ${maxMessages} messages are allowed`, { limit: maxMessages })
}

export function sameBody(there: Pick<AddedMessage, 'draft'> | MessageRow, draft: Draft): boolean {
  const { sealed } = draft
  if (sealed !== null) {
    const body = 'draft' in there ? there.draft.sealed?.body : sealed.read(there)
    return jsonEquals(body, sealed.body)
  }
  const stored = 'draft' in there ? there.draft : { role: there.role, body: there.body.toString('utf8') }
  if (stored.role !== draft.role) return false
  return stored.body === draft.body || jsonEquals(bodyIn(stored), bodyIn(draft))
}

function resultOf({ seqs, written }: CallPlan, { firstSeq }: ChatHead, storedAt: number): AppendResult {
  return { seqs, written, storedAt, firstSeq }
}
