import assert from 'node:assert/strict'
import { isSessError, type SessErrorCode, type SessErrorDetails } from '../errors.ts'
import type { StoredChat } from '../store/chat-records.ts'
import type { Page, SessionRef } from '../store/refs.ts'
import type { Store } from '../store/store.ts'
import { messagesOf } from './fixtures.ts'

/** Asserts that a call fails with this code, and with these details where they are given. */
export async function fails<Code extends SessErrorCode>(
  call: Promise<unknown>,
  code: Code,
  details?: SessErrorDetails[Code],
): Promise<void> {
  const [outcome] = await Promise.allSettled([call])
  assert.equal(outcome.status, 'rejected', `${code} was expected, but the call succeeded`)
  const error: unknown = outcome.reason
  if (!isSessError(error)) throw error
  assert.equal(error.code, code)
  if (details !== undefined) assert.deepEqual(error.details, details)
}

/** Asserts that `act` leaves everything the session has as it was. */
export async function leavesAlone(store: Store, session: SessionRef, act: () => Promise<unknown>): Promise<void> {
  const before = await snapshot(store, session)
  await act()
  assert.deepEqual(await snapshot(store, session), before)
}

/** Everything a store tells about a session, and the counts of its owner. */
export async function snapshot(store: Store, session: SessionRef): Promise<unknown> {
  const { id, owner } = session
  const record = await store.getSession({ id, owner })
  const listed = record === null ? [] : await chatsOf(store, session)
  const chats = listed.map((chat) => ({ id: chat.id, session: { id, owner } }))
  return {
    record,
    listed,
    chats: await Promise.all(chats.map((chat) => store.getChat(chat))),
    messages: await Promise.all(chats.map((chat) => messagesOf(store, chat))),
    context: record === null ? [] : await store.listContext({ id, owner }),
    count: await store.countSessions(owner),
    stats: await store.stats(owner),
  }
}

export function chatsOf(store: Store, session: SessionRef): Promise<readonly StoredChat[]> {
  return allOf((cursor) => store.listChats({ id: session.id, owner: session.owner }, { limit: 200, cursor }))
}

/** Reads a list to its end. */
export async function allOf<Item>(next: (cursor: string | undefined) => Promise<Page<Item>>): Promise<readonly Item[]> {
  const items: Item[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < 10_000; pages++) {
    const page = await next(cursor)
    items.push(...page.items)
    if (page.nextCursor === null) return items
    cursor = page.nextCursor
  }
  throw new RangeError('the list has no end')
}

/** Runs `act` for 0 … count - 1 at the same time and tells how many succeeded; the others must fail with `code`. */
export async function race<Value>(
  count: number,
  code: SessErrorCode | null,
  act: (index: number) => Promise<Value>,
): Promise<readonly Value[]> {
  const outcomes = await Promise.allSettled(Array.from({ length: count }, (_, index) => act(index)))
  return outcomes.flatMap((outcome) => {
    if (outcome.status === 'fulfilled') return [outcome.value]
    const error: unknown = outcome.reason
    if (code === null || !isSessError(error, code)) throw error
    return []
  })
}
