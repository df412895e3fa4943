import assert from 'node:assert/strict'
import type { StoredSession } from '../store/session-records.ts'
import type { Store } from '../store/store.ts'
import { beginTurn, makeChat, makeSession, once, say, setContext, update } from './fixtures.ts'
import type { Case, Cases, World } from './harness.ts'
import { makeTarget, readingCalls } from './methods.ts'

const never = { idleMs: null, absoluteMs: null }

export const activityCases: Cases = {
  'touchSession: sets lastActiveAt to now and expiresAt to idleMs later': slides((store, session) =>
    store.touchSession(session),
  ),

  'appendMessages: counts as activity': slides(async (store, session) => {
    const { activeChatId } = session
    await store.appendMessages({ id: `${activeChatId}`, session }, [say('hello')])
  }),

  'rewriteMessages: counts as activity': slides(async (store, session) => {
    const { activeChatId } = session
    await store.rewriteMessages({ id: `${activeChatId}`, session }, 0, [say('hello')], once())
  }),

  'renewTurn: counts as activity': slides(async (store, session) => {
    const chat = { id: `${session.activeChatId}`, session }
    await store.renewTurn(chat, await beginTurn(store, chat), { leaseMs: 60_000 })
  }),

  'setContext: counts as activity': slides((store, session) => setContext(store, session, { b: 2 })),

  'deleteContext: counts as activity': slides((store, session) => store.deleteContext(session, 'a', once())),

  'expiry: reading is no activity': async ({ store, waitUntil }) => {
    const target = await makeTarget(store)
    const session = await store.getSession(target.session)
    await waitUntil((session?.lastActiveAt ?? 0) + 20)
    for (const call of Object.values(readingCalls)) await call(store, target)
    await store.listSessions(target.session.owner)
    assert.deepEqual(await store.getSession(target.session), session)
  },

  'expiry: activity never makes it earlier': async ({ store }) => {
    const session = await makeSession(store)
    const chat = await makeChat(store, {}, session)
    const { expiresAt } = await store.touchSession(session, { expiresInMs: 90_000_000 })
    assert.equal((await store.touchSession(session)).expiresAt, expiresAt)
    await store.appendMessages(chat, [say('hello')])
    await setContext(store, session, { a: 1 })
    assert.equal((await store.getSession(session))?.expiresAt, expiresAt)
  },

  'expiry: activity does not move it past the absolute end': async ({ store, waitUntil }) => {
    const session = await makeSession(store, { expiry: { idleMs: 60_000, absoluteMs: 60_010 } })
    const chat = await makeChat(store, {}, session)
    await waitUntil(session.createdAt + 20)
    await store.appendMessages(chat, [say('hello')])
    assert.equal((await store.getSession(session))?.expiresAt, session.createdAt + 60_010)
    assert.equal((await store.touchSession(session)).expiresAt, session.createdAt + 60_010)
  },

  'touchSession: expiresInMs sets the expiry, also to an earlier instant': async ({ store, now }) => {
    const session = await makeSession(store)
    for (const expiresInMs of [90_000_000, 40_000]) {
      const before = await now()
      const { expiresAt, lastActiveAt } = await store.touchSession(session, { expiresInMs })
      assert.ok(lastActiveAt >= before)
      assert.equal(expiresAt, lastActiveAt + expiresInMs)
    }
  },

  'touchSession: expiresInMs does not go past the absolute end': async ({ store }) => {
    const session = await makeSession(store, { expiry: { idleMs: 5_000, absoluteMs: 50_000 } })
    const { expiresAt } = await store.touchSession(session, { expiresInMs: 90_000_000 })
    assert.equal(expiresAt, session.createdAt + 50_000)
  },

  'touchSession: expiresInMs ends also a session that would never expire': async ({ store }) => {
    const session = await makeSession(store, { expiry: never })
    const { expiresAt, lastActiveAt } = await store.touchSession(session, { expiresInMs: 40_000 })
    assert.equal(expiresAt, lastActiveAt + 40_000)
  },

  'touchSession: works in every state': async ({ store }) => {
    const session = await makeSession(store)
    for (const status of ['paused', 'archived', 'closed'] as const) {
      await update(store, session, { status })
      const touched = await store.touchSession(session, { expiresInMs: 80_000_000 })
      assert.deepEqual([touched.status, touched.expiresAt], [status, touched.lastActiveAt + 80_000_000])
    }
  },
}

/** A case that does something a while after the session's creation. */
function slides(act: (store: Store, session: StoredSession) => Promise<unknown>): Case {
  return async ({ store, now, waitUntil }: World) => {
    const { id, owner } = await makeSession(store)
    await makeChat(store, {}, { id, owner })
    await setContext(store, { id, owner }, { a: 1 })
    const session = await store.getSession({ id, owner })
    assert.ok(session !== null)
    await waitUntil(session.lastActiveAt + 20)
    const before = await now()
    await act(store, session)
    const after = await now()
    const slid = await store.getSession(session)
    assert.ok(slid !== null)
    assert.ok(before <= slid.lastActiveAt && slid.lastActiveAt <= after, 'lastActiveAt is not when it happened')
    assert.equal(slid.expiresAt, slid.lastActiveAt + 3_600_000)
  }
}
