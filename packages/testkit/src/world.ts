import { type ChatRef, isSessError, type Owner, type SessionRef, type Store } from '@sess/core'

/** One of the two stores that are compared. */
export interface Side {
  readonly store: Store
  /** Which of the two values to use where each store gave out its own: fences and claims. */
  readonly at: 0 | 1
}

/** A call that is made to both stores. What it answers is compared. */
export type Call = (side: Side) => Promise<unknown>

interface Claim {
  readonly ref: SessionRef
  readonly ids: string[]
}

export interface Turn {
  readonly chat: ChatRef
  readonly fences: number[]
}

/** What the operations made so far, for later ones to use. Gone sessions and stale turns stay in it on purpose. */
export interface World {
  readonly sides: readonly [Side, Side]
  /** Sets both clocks forward; does nothing where they run by themselves. */
  readonly advance: (ms: number) => Promise<void>
  readonly sessions: SessionRef[]
  readonly chats: ChatRef[]
  readonly turns: Turn[]
  readonly claims: Claim[]
  /** The last calls that may be repeated, newest first. */
  readonly repeatable: { readonly text: string; readonly call: Call }[]
}

/** The item that a small number stands for. */
export function pick<Item>(items: readonly Item[], number: number): Item | undefined {
  return items[number % items.length]
}

/** The same session as somebody else would name it. */
export function as(who: Owner | null, ref: SessionRef): SessionRef {
  return who === null ? ref : { id: ref.id, owner: who }
}

/** What came of a call, in a form that can be compared: values without fences and claims, errors by code and details. */
export async function outcomeOf(side: Side, call: Call, realTime: boolean): Promise<unknown> {
  const [outcome] = await Promise.allSettled([call(side)])
  if (outcome.status === 'fulfilled') return comparable({ value: outcome.value }, realTime)
  const error: unknown = outcome.reason
  if (!isSessError(error)) throw error
  // Which argument is named first, and how, is no promise.
  const details = error.code === 'INVALID_ARGUMENT' || error.code === 'TURN_LOST' ? {} : error.details
  return comparable({ code: error.code, details }, realTime)
}

/** Everything both stores have, as far as the world knows of it. */
export const everything: (world: World) => Call = (world) => async (side) => {
  const { store } = side
  const found: unknown[] = []
  const look = async (call: Call): Promise<unknown> => found.push(await outcomeOf(side, call, true))
  for (const ref of world.sessions) {
    await look(() => store.getSession(ref))
    await look(() => store.listContext(ref))
    await look(() => store.countSessions(ref.owner))
    await look(() => store.stats(ref.owner))
  }
  for (const chat of world.chats) {
    await look(() => store.getChat(chat))
    await look(() => store.readMessages(chat, { limit: 1000 }))
  }
  return found
}

function comparable(value: unknown, realTime: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => comparable(item, realTime))
  if (typeof value !== 'object' || value === null) return value
  const copy: [string, unknown][] = []
  for (const [key, item] of Object.entries(value)) {
    if (key === 'fence' || key === 'claim') continue
    const isTime = typeof item === 'number' && (key.endsWith('At') || key === 'retryAfterMs')
    copy.push([key, isTime && realTime ? 'a time' : comparable(item, realTime)])
  }
  return Object.fromEntries(copy)
}
