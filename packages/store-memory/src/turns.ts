import {
  assertWritable,
  type BeginTurnOptions,
  type ChatRef,
  SessError,
  sessionNotFound,
  type TurnGrant,
} from '@sess/core'
import { chatRecord, turnHolds } from './chat-entry.ts'
import type { ChatEntry } from './entries.ts'
import { recordActivity } from './expiry.ts'
import { requireChat } from './lookup.ts'
import type { MemoryState } from './memory-state.ts'
import { sessionRecord } from './session-entry.ts'

/** Response times a chat keeps. */
const keptTimes = 50

export function beginTurn(state: MemoryState, ref: ChatRef, options: BeginTurnOptions, now: number): TurnGrant {
  const chat = requireChat(state, ref, now)
  const { session } = chat
  // Also of a turn that ended: a call that was sent again and comes late must not begin one that nobody holds.
  if (chat.turnId !== options.turnId) {
    assertWritable(session)
    if (session.status === 'pending') throw sessionNotFound(session.id)
    if (options.ifBusy === 'reject') assertNoTurn(chat, now)
    chat.fence++
    chat.turnId = options.turnId
    chat.turnRuns = true
    chat.leaseEndsAt = now + options.leaseMs
    chat.interrupted = false
  }
  return { fence: chat.fence, session: sessionRecord(session), chat: chatRecord(chat) }
}

export function renewTurn(
  state: MemoryState,
  ref: ChatRef,
  fence: number,
  leaseMs: number,
  now: number,
): { readonly interrupted: boolean } {
  const chat = requireChat(state, ref, now)
  assertFence(chat, fence)
  chat.leaseEndsAt = now + leaseMs
  recordActivity(state, chat.session, now)
  const { status } = chat.session
  return { interrupted: chat.interrupted || status === 'archived' || status === 'closed' }
}

export function endTurn(
  state: MemoryState,
  ref: ChatRef,
  fence: number,
  responseMs: number | undefined,
  now: number,
): void {
  const chat = requireChat(state, ref, now)
  if (fence === chat.fence && !chat.turnRuns && fence > 0) return
  assertFence(chat, fence)
  chat.turnRuns = false
  if (responseMs === undefined) return
  chat.turnCount++
  chat.responseMsTotal += responseMs
  chat.recentResponseMs = Object.freeze([...chat.recentResponseMs.slice(1 - keptTimes), responseMs])
}

export function interruptTurn(state: MemoryState, ref: ChatRef, now: number): boolean {
  const chat = requireChat(state, ref, now)
  if (!turnHolds(chat, now)) return false
  chat.interrupted = true
  return true
}

/** @throws {@link SessError} `TURN_LOST` unless `fence` is that of the running turn. */
export function assertFence(chat: ChatEntry, fence: number): void {
  if (!chat.turnRuns || chat.fence !== fence)
    throw new SessError('TURN_LOST', 'the turn ended or was taken over', { fence })
}

/** @throws {@link SessError} `TURN_IN_PROGRESS` if a turn holds its lease. */
export function assertNoTurn(chat: ChatEntry, now: number): void {
  if (!turnHolds(chat, now)) return
  throw new SessError('TURN_IN_PROGRESS', 'a turn runs in the chat', {
    reason: 'busy',
    retryAfterMs: chat.leaseEndsAt - now,
  })
}
