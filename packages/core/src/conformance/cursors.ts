import assert from 'node:assert/strict'
import type { Owner } from '../owner.ts'
import type { Store } from '../store/store.ts'
import { fails } from './assertions.ts'
import { makeChat, makeSession, someone } from './fixtures.ts'
import { type Case, type Cases, inEmptyStore } from './harness.ts'

/** What one bit, one missing or one more character makes of a cursor. */
function damaged(cursor: string): readonly string[] {
  const changed = Array.from(cursor, (letter, index) => {
    const other = letter === 'A' ? 'Q' : 'A'
    return cursor.slice(0, index) + other + cursor.slice(index + 1)
  })
  const cut = Array.from(cursor, (_, index) => cursor.slice(0, index))
  const foreign = ['null', 'undefined', '0', '*', '{}', '../', '😀', ' ', `${cursor} `, `${cursor}=`, cursor + cursor]
  return [...changed, ...cut, ...foreign]
}

/** A case: damaged cursors are refused by the list that made the cursor. */
function refusesDamage(list: (store: Store, cursor: string | undefined) => Promise<string | null>): Case {
  return inEmptyStore(async ({ store, now, waitUntil }) => {
    const owner: Owner = { orgId: 'org', userId: 'user' }
    const session = await makeSession(store, { owner, tags: ['x'] })
    for (let count = 0; count < 3; count++) await makeSession(store, { owner, tags: ['x'] })
    for (let count = 0; count < 3; count++) await makeChat(store, {}, session)
    await waitUntil((await now()) + 20)
    const cursor = await list(store, undefined)
    assert.ok(cursor !== null, 'there is no second page')
    for (const bad of damaged(cursor)) {
      if (bad !== cursor) await fails(list(store, bad), 'CURSOR_INVALID', { field: 'cursor' })
    }
  })
}

const org: Owner = { orgId: 'org', userId: 'user' }

export const cursorCases: Cases = {
  'listSessions: a damaged cursor is CURSOR_INVALID': refusesDamage(
    async (store, cursor) => (await store.listSessions(org, { limit: 1, cursor })).nextCursor,
  ),

  'listSessions: a damaged cursor of the order by activity is CURSOR_INVALID': refusesDamage(
    async (store, cursor) => (await store.listSessions({ ...org, order: 'active' }, { limit: 1, cursor })).nextCursor,
  ),

  'listChats: a damaged cursor is CURSOR_INVALID': refusesDamage(async (store, cursor) => {
    const { items } = await store.listSessions(org, { limit: 10 })
    const session = items.find(({ chatCount }) => chatCount > 0)
    assert.ok(session !== undefined)
    return (await store.listChats(session, { limit: 1, cursor })).nextCursor
  }),

  'expireIdle: a damaged cursor is CURSOR_INVALID': refusesDamage(
    async (store, cursor) => (await store.expireIdle(1_000_000, { limit: 1, cursor })).nextCursor ?? aCursor(store),
  ),

  'listSessions: a cursor is good for its own query only': async ({ store }) => {
    const owner = someone()
    const other = { ...owner, userId: someone().userId }
    for (let count = 0; count < 3; count++) {
      await makeSession(store, { owner, tags: ['x', 'y'] })
      await makeSession(store, { owner: other, tags: ['x'] })
    }
    const { orgId } = owner
    const queries = [
      owner,
      other,
      { orgId },
      { ...owner, status: 'active' as const },
      { ...owner, status: 'paused' as const },
      { ...owner, tag: 'x' },
      { ...owner, tag: 'y' },
      { ...owner, order: 'active' as const },
      { orgId, tag: 'x' },
    ]
    for (const [index, query] of queries.entries()) {
      const { nextCursor } = await store.listSessions(query, { limit: 1 })
      if (nextCursor === null) continue
      for (const [place, foreign] of queries.entries()) {
        const page = store.listSessions(foreign, { limit: 1, cursor: nextCursor })
        if (place === index) await page
        else await fails(page, 'CURSOR_INVALID', { field: 'cursor' })
      }
    }
  },

  'listSessions: the order by creation is the default, also to a cursor': async ({ store }) => {
    const owner = someone()
    for (let count = 0; count < 3; count++) await makeSession(store, { owner })
    const { nextCursor } = await store.listSessions(owner, { limit: 1 })
    assert.ok(nextCursor !== null)
    const page = await store.listSessions({ ...owner, order: 'created' }, { limit: 1, cursor: nextCursor })
    assert.equal(page.items.length, 1)
  },

  'listSessions: names that run together make different cursors': async ({ store }) => {
    const a = { orgId: `${someone().orgId}:x`, userId: 'y' }
    const b = { orgId: a.orgId.slice(0, -2), userId: 'x:y' }
    for (const owner of [a, a, a, b, b]) await makeSession(store, { owner })
    const { nextCursor } = await store.listSessions(a, { limit: 1 })
    assert.ok(nextCursor !== null)
    await fails(store.listSessions(b, { limit: 1, cursor: nextCursor }), 'CURSOR_INVALID')
  },

  'listChats: a cursor is good for its own session only': async ({ store }) => {
    const session = await makeSession(store)
    const other = await makeSession(store, { owner: session.owner })
    for (let count = 0; count < 3; count++) {
      await makeChat(store, {}, session)
      await makeChat(store, {}, other)
    }
    const { nextCursor } = await store.listChats(session, { limit: 1 })
    assert.ok(nextCursor !== null)
    await fails(store.listChats(other, { limit: 1, cursor: nextCursor }), 'CURSOR_INVALID', { field: 'cursor' })
  },

  'cursors: one method refuses those of another': async ({ store }) => {
    const session = await makeSession(store)
    await makeSession(store, { owner: session.owner })
    for (let count = 0; count < 2; count++) await makeChat(store, {}, session)
    const sessions = (await store.listSessions(session.owner, { limit: 1 })).nextCursor
    const chats = (await store.listChats(session, { limit: 1 })).nextCursor
    assert.ok(sessions !== null && chats !== null)
    await fails(store.listChats(session, { cursor: sessions }), 'CURSOR_INVALID')
    await fails(store.listSessions(session.owner, { cursor: chats }), 'CURSOR_INVALID')
    await fails(store.expireIdle(1_000_000_000, { cursor: sessions }), 'CURSOR_INVALID')
    await fails(store.expireIdle(1_000_000_000, { cursor: chats }), 'CURSOR_INVALID')
  },
}

/** A well-made cursor of another list, where the list itself has one page only. */
async function aCursor(store: Store): Promise<string | null> {
  return (await store.listSessions(org, { limit: 1 })).nextCursor
}
