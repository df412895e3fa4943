import {
  assertWritable,
  type BeginTurnOptions,
  type ChatRef,
  SessError,
  sessionNotFound,
  type TurnGrant,
} from '@sess/core'
import type { Call } from '../connection/call.ts'
import { recordActivity } from '../sessions/expiry.ts'
import { saveSession } from '../sessions/save-session.ts'
import { sessionRecord } from '../sessions/session-state.ts'
import { operationBytes } from '../sql/bytes.ts'
import type { StoreParts } from '../store-parts.ts'
import { type ChatState, chatRecord, turnHolds } from './chat-state.ts'
import { lockChat } from './lookup.ts'
import { saveChat } from './save-chat.ts'

/** Response times a chat keeps. */
const keptTimes = 50

export async function beginTurn(
  parts: StoreParts,
  call: Call,
  ref: ChatRef,
  { turnId, leaseMs, ifBusy }: BeginTurnOptions,
): Promise<TurnGrant> {
  const turn = operationBytes(turnId)
  return await parts.database.write(call, async (transaction) => {
    const { session, chat } = await lockChat(parts, transaction, ref)
    const { now } = session
    const after = { ...chat }
    // Also of a turn that ended: a call that was sent again and comes late must not begin one that nobody holds.
    if (!chat.turnId?.equals(turn)) {
      assertWritable(session)
      if (session.status === 'pending') throw sessionNotFound(session.id)
      if (ifBusy === 'reject') assertNoTurn(chat, now)
      after.fence = chat.fence + 1
      after.turnId = turn
      after.turnRuns = true
      after.leaseEndsAt = now + leaseMs
      after.interrupted = false
      await saveChat(parts, transaction, chat, after)
    }
    return { fence: after.fence, session: sessionRecord(session), chat: chatRecord(after) }
  })
}

export async function renewTurn(
  parts: StoreParts,
  call: Call,
  ref: ChatRef,
  fence: number,
  leaseMs: number,
): Promise<{ readonly interrupted: boolean }> {
  return await parts.database.write(call, async (transaction) => {
    const { session, chat } = await lockChat(parts, transaction, ref)
    assertFence(chat, fence)
    await saveChat(parts, transaction, chat, { ...chat, leaseEndsAt: session.now + leaseMs })
    const active = { ...session }
    recordActivity(active, session.now)
    await saveSession(parts, transaction, session, active)
    const { status } = session
    return { interrupted: chat.interrupted || status === 'archived' || status === 'closed' }
  })
}

export async function endTurn(
  parts: StoreParts,
  call: Call,
  ref: ChatRef,
  fence: number,
  responseMs: number | undefined,
): Promise<void> {
  await parts.database.write(call, async (transaction) => {
    const { chat } = await lockChat(parts, transaction, ref)
    if (fence === chat.fence && !chat.turnRuns && fence > 0) return
    assertFence(chat, fence)
    const after = { ...chat, turnRuns: false }
    if (responseMs !== undefined) {
      const { count, totalMs, recentMs } = chat.turns
      after.turns = {
        count: count + 1,
        totalMs: totalMs + responseMs,
        recentMs: [...recentMs.slice(1 - keptTimes), responseMs],
      }
    }
    await saveChat(parts, transaction, chat, after)
  })
}

export async function interruptTurn(parts: StoreParts, call: Call, ref: ChatRef): Promise<boolean> {
  return await parts.database.write(call, async (transaction) => {
    const { session, chat } = await lockChat(parts, transaction, ref)
    if (!turnHolds(chat, session.now)) return false
    await saveChat(parts, transaction, chat, { ...chat, interrupted: true })
    return true
  })
}

/** @throws {@link SessError} `TURN_LOST` unless `fence` is that of the running turn. */
export function assertFence(chat: Pick<ChatState, 'turnRuns' | 'fence'>, fence: number): void {
  if (!chat.turnRuns || chat.fence !== fence)
    throw new SessError('TURN_LOST', 'the turn ended or was taken over', { fence })
}

/** @throws {@link SessError} `TURN_IN_PROGRESS` if a turn holds its lease. */
export function assertNoTurn(chat: Pick<ChatState, 'turnRuns' | 'leaseEndsAt'>, now: number): void {
  if (!turnHolds(chat, now)) return
  throw new SessError('TURN_IN_PROGRESS', 'a turn runs in the chat', {
    reason: 'busy',
    retryAfterMs: chat.leaseEndsAt - now,
  })
}
