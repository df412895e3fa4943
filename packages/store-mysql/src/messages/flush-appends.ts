import { SessError } from '@sess/core'
import type { Transaction } from '../connection/database.ts'
import { DriverError } from '../connection/driver-error.ts'
import { anyShard, tallyKey } from '../counters/count-changes.ts'
import { minuteOf } from '../sessions/expiry.ts'
import { storeScope } from '../sql/bytes.ts'
import type { RowValue } from '../sql/row-list.ts'
import { noChat } from '../sql/sql-builder.ts'
import type { StoreParts } from '../store-parts.ts'
import { insertGuessed } from './append-alone.ts'
import { type AppendCall, type AppendPlan, planAppends } from './append-plan.ts'
import { unpackedHead } from './head-row.ts'
import { type Heads, headsOf, keptMessages, type SessionHead } from './heads.ts'
import { insertMessages } from './insert-messages.ts'
import { Knowledge } from './knowledge.ts'
import { foundIn, type LastHead } from './last-heads.ts'
import { learnMarks, learnMessages } from './learn.ts'

/**
 * Writes what several callers append, in one transaction: lock the heads in the order of their keys, insert, update the
 * heads. What each caller gets is known then, and holds when the transaction is committed.
 */
export async function flushAppends(
  parts: StoreParts,
  transaction: Transaction,
  calls: readonly AppendCall[],
): Promise<AppendPlan> {
  const [alone] = calls.length === 1 ? calls : []
  const guessed = alone === undefined || transaction.isRepeat ? null : await insertGuessed(parts, transaction, alone)
  if (guessed !== null) return await finished(guessed.plan, guessed.found)
  const packed = await transaction.rows(parts.messages.lockHeads({ keys: keysOf(calls) }))
  const rows = packed.map(unpackedHead)
  const knowledge = new Knowledge()
  let isLookedUp = false
  // After a lost answer they are probably there; and of several statements a later one must not be refused.
  if (transaction.isRepeat || (calls.length === 1 && bytesOf(calls) > parts.limits.statementBytes))
    await lookUp(headsOf(rows))
  for (;;) {
    const plan = planAppends(calls, rows, knowledge)
    if (plan.wantedMarks.length > 0) await learnMarks(parts, transaction, knowledge, plan.wantedMarks)
    else if (plan.wantedIds.length > 0) await learnMessages(parts, transaction, knowledge, plan.wantedIds)
    else if (await writeMessages(plan)) return await finished(plan, alone === undefined ? null : foundIn(rows))
  }

  /** Whoever is to guess is told before the commit: a guess may be wrong. */
  async function finished(plan: AppendPlan, found: LastHead | null): Promise<AppendPlan> {
    await writeHeads(parts, transaction, plan.heads)
    noteAttempt(calls, plan)
    if (alone !== undefined && found !== null) parts.lastHeads.note(alone, found, plan.heads)
    return plan
  }

  async function lookUp(heads: Heads): Promise<void> {
    isLookedUp = true
    await learnMessages(parts, transaction, knowledge, idsOf(calls, heads))
  }

  /** False if some of the ids are there: then another plan is needed. */
  async function writeMessages({ heads, stale }: AppendPlan): Promise<boolean> {
    if (stale.length > 0) await transaction.run(parts.messages.removeSeqs({ pairs: stale }))
    try {
      await insertMessages(parts, transaction, keptMessages(heads))
      return true
    } catch (error) {
      if (isLookedUp || !(error instanceof DriverError) || error.remedy !== 'duplicate') throw error
      await lookUp(heads)
      return false
    }
  }
}

function bytesOf(calls: readonly AppendCall[]): number {
  return calls.reduce((total, { drafts }) => total + drafts.reduce((sum, { bytes }) => sum + bytes, 0), 0)
}

async function writeHeads({ builder, messages }: StoreParts, transaction: Transaction, heads: Heads): Promise<void> {
  const changed = [...heads.sessions.values()].filter(({ isChanged }) => isChanged)
  if (changed.length === 0) return
  const rows: (readonly RowValue[])[] = []
  const tallies = new Map<string, { readonly scope: Buffer; messages: number }>()
  for (const session of changed) {
    rows.push([session.key, noChat, session.messages, session.lastActiveAt, session.expiresAt, 0, 0, 0, 0, 0, null])
    for (const chat of session.chats.values()) {
      if (!chat.isChanged) continue
      const { key, firstSeq, lastSeq, beginningSeq, markedSeq, openCalls, lastMessageAt } = chat
      rows.push([session.key, key, 0, 0, 0, firstSeq, lastSeq, beginningSeq, markedSeq, openCalls, lastMessageAt])
    }
    if (session.status === 'pending' || session.messages === 0) continue
    for (const scope of [session.org, storeScope]) {
      const name = scope.toString('latin1')
      const tally = tallies.get(name) ?? { scope, messages: 0 }
      tally.messages += session.messages
      tallies.set(name, tally)
    }
  }
  const shard = tallyKey(anyShard())
  for (const { scope, messages: count } of [...tallies.values()].sort((a, b) => a.scope.compare(b.scope)))
    rows.push([scope, shard, count, 0, 0, 0, 0, 0, 0, 0, null])
  await transaction.run(messages.writeHeads({ rows }))
  for (const [{ active_minute, due_minute }, ids] of newMinutes(changed))
    await transaction.run(
      builder.db.updateTable(builder.named('session')).set({ active_minute, due_minute }).where('id', 'in', ids),
    )
}

type Minutes = { readonly active_minute: number; readonly due_minute: number }

/** Lists are sorted by the minute, so that they have to be told of activity once a minute only. */
function newMinutes(sessions: readonly SessionHead[]): Iterable<readonly [Minutes, Buffer[]]> {
  const groups = new Map<string, readonly [Minutes, Buffer[]]>()
  for (const { key, activeMinute, dueMinute, lastActiveAt, expiresAt } of sessions) {
    const minutes = { active_minute: minuteOf(lastActiveAt), due_minute: minuteOf(expiresAt) }
    if (minutes.active_minute === activeMinute && minutes.due_minute === dueMinute) continue
    const name = `${minutes.active_minute} ${minutes.due_minute}`
    const group = groups.get(name) ?? [minutes, []]
    group[1].push(key)
    groups.set(name, group)
  }
  return groups.values()
}

/** If the answer to the commit is lost, this tells what it would have been. */
function noteAttempt(calls: readonly AppendCall[], { outcomes }: AppendPlan): void {
  for (const [index, call] of calls.entries()) {
    const outcome = outcomes[index]
    if (outcome === undefined || outcome instanceof SessError) continue
    const attempted = new Map(call.attempted)
    for (const [place, { id }] of call.drafts.entries())
      if (outcome.written[place]) attempted.set(id, outcome.seqs[place] ?? 0)
    call.attempted = attempted
  }
}

function keysOf(calls: readonly AppendCall[]): (readonly [Buffer, Buffer])[] {
  const keys = new Map<string, readonly [Buffer, Buffer]>()
  for (const { sessionKey, chatKey } of calls) {
    const session = sessionKey.toString('latin1')
    keys.set(session, [sessionKey, noChat])
    keys.set(session + chatKey.toString('latin1'), [sessionKey, chatKey])
  }
  return [...keys.values()]
}

function idsOf(calls: readonly AppendCall[], heads: Heads): (readonly [Buffer, string])[] {
  return calls.flatMap(({ sessionKey, chatKey, drafts }) => {
    const chat = heads.sessions.get(sessionKey.toString('latin1'))?.chats.get(chatKey.toString('latin1'))
    return chat === undefined ? [] : drafts.map(({ id }) => [chat.log, id] as const)
  })
}
