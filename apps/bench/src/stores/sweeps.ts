import { setTimeout } from 'node:timers/promises'
import { SessionManager, type Store } from '@sess/core'
import { closedLoop } from '../closed-loop.ts'
import type { Contestant } from '../measure.ts'
import { textMessages } from '../samples.ts'
import { fill, openChats } from './open-chats.ts'

/** Messages of 1 KiB in the one chat of every session that is swept. */
export const sweptMessages = 10

/** Sessions with a chat that has messages, all expired. */
export async function makeExpiredSessions(store: Store, count: number): Promise<void> {
  const chats = await openChats(store, count, { history: sweptMessages })
  const refs = chats.map(({ chat }) => chat.session)
  await closedLoop({ operations: count, concurrency: 64 }, async (index) => {
    const ref = refs[index]
    if (ref !== undefined) await store.touchSession(ref, { expiresInMs: 1 })
  })
}

export interface SweepRounds {
  readonly name: string
  readonly store: Store
  /** Sessions of a round. */
  readonly count: number
  /** Makes the sessions of a round. */
  makeExpired(): Promise<unknown>
  /** Resolves when nothing is left of them at the server. */
  settled(): Promise<void>
}

/** What `manager.sweep()` takes until all data are gone, also what the store removes behind the answer. */
export function sweepRounds({ name, store, count, makeExpired, settled }: SweepRounds): Contestant {
  const manager = new SessionManager({ store, cleanup: false, closeStore: false })
  return {
    name,
    async prepare() {
      await makeExpired()
      return async () => {
        const { expired, failed } = await manager.sweep()
        if (expired < count || failed > 0) throw new Error(`swept ${expired} of ${count}, ${failed} failed`)
        await settled()
      }
    },
  }
}

/** In nanoseconds. */
export interface LongestCalls {
  readonly sweepingNs: number
  readonly idleNs: number
}

/** The longest that a user's append took during a sweep, and in as long a time of the same state without one. */
export async function longestCalls(rounds: SweepRounds): Promise<LongestCalls> {
  const manager = new SessionManager({ store: rounds.store, cleanup: false, closeStore: false })
  await rounds.makeExpired()
  const began = performance.now()
  const sweepingNs = await longestCall(rounds.store, async () => {
    await manager.sweep()
    await rounds.settled()
  })
  const ms = performance.now() - began
  await rounds.makeExpired()
  const idleNs = await longestCall(rounds.store, () => setTimeout(ms))
  return { sweepingNs, idleNs }
}

/** The longest that a user's append took while `work` ran, in nanoseconds. The user calls all the time. */
async function longestCall(store: Store, work: () => Promise<unknown>): Promise<number> {
  const [open] = await openChats(store, 1)
  if (open === undefined) throw new Error('no chat')
  await fill(store, open.chat, 50)
  const isDone = { value: false }
  const working = work().finally(() => {
    isDone.value = true
  })
  let longestNs = 0
  while (!isDone.value) {
    const messages = textMessages(1)
    const before = process.hrtime.bigint()
    await store.appendMessages(open.chat, messages)
    longestNs = Math.max(longestNs, Number(process.hrtime.bigint() - before))
  }
  await working
  return longestNs
}
