import assert from 'node:assert/strict'
import { isSessError } from '../errors.ts'
import { newId } from '../id.ts'
import { fails } from './assertions.ts'
import { makeChat, makeSession, say, setContext, textsOf, update } from './fixtures.ts'
import type { Cases } from './harness.ts'

export const pendingCases: Cases = {
  'pending: a session that is being made is found by its id only': async ({ store }) => {
    const session = await makeSession(store, { pendingMs: 60_000, tags: ['new'] })
    assert.equal(session.status, 'pending')
    assert.equal((await store.getSession(session))?.status, 'pending')
    assert.equal((await store.findSession(session.id))?.status, 'pending')
    const { orgId, userId } = session.owner
    for (const query of [
      { orgId },
      session.owner,
      { orgId, tag: 'new' },
      { orgId, userId, order: 'active' as const },
    ]) {
      assert.deepEqual((await store.listSessions(query)).items, [])
    }
    assert.equal(await store.countSessions(session.owner), 0)
    assert.deepEqual((await store.stats(session.owner)).sessions, { active: 0, paused: 0, archived: 0, closed: 0 })
    await update(store, session, { status: 'active' })
    assert.equal((await store.listSessions(session.owner)).items.length, 1)
    assert.equal(await store.countSessions(session.owner), 1)
  },

  'pending: chats, messages and context can be written': async ({ store }) => {
    const session = await makeSession(store, { pendingMs: 60_000 })
    const chat = await makeChat(store, {}, session)
    await store.appendMessages(chat, [say('imported')])
    await setContext(store, session, { a: 1 })
    await update(store, session, { status: 'active' })
    assert.deepEqual(await textsOf(store, chat), ['imported'])
    assert.equal(await store.getContext(session, 'a'), 1)
  },

  'pending: it expires pendingMs after its creation': async ({ store, endsAt }) => {
    const session = await makeSession(store, { pendingMs: 100 })
    assert.equal(session.expiresAt, session.createdAt + 100)
    await endsAt(session.createdAt + 100, async () => {
      const answer = await store.getSession(session).catch((error: unknown) => error)
      return !isSessError(answer, 'SESSION_EXPIRED')
    })
  },

  'pending: each write sets its end to pendingMs later': async ({ store, waitUntil }) => {
    const session = await makeSession(store, { pendingMs: 60_000 })
    await waitUntil(session.createdAt + 20)
    const chat = await makeChat(store, {}, session)
    const { storedAt } = await store.appendMessages(chat, [say('hello')])
    assert.equal((await store.getSession(session))?.expiresAt, storedAt + 60_000)
  },

  'pending: leaving it sets the expiry anew': async ({ store, now }) => {
    const expiry = { idleMs: 5_000, absoluteMs: null }
    const session = await makeSession(store, { pendingMs: 60_000, expiry })
    const before = await now()
    const { expiresAt } = await update(store, session, { status: 'active' })
    const after = await now()
    assert.ok(expiresAt !== null && before + 5_000 <= expiresAt && expiresAt <= after + 5_000, `${expiresAt}`)
    const other = await makeSession(store, { pendingMs: 60_000, expiry: { idleMs: null, absoluteMs: null } })
    assert.equal((await update(store, other, { status: 'paused' })).expiresAt, null)
  },

  'pending: no turn begins in it': async ({ store }) => {
    const session = await makeSession(store, { pendingMs: 60_000 })
    const chat = await makeChat(store, {}, session)
    const [outcome] = await Promise.allSettled([
      store.beginTurn(chat, { turnId: newId(), leaseMs: 1000, ifBusy: 'reject' }),
    ])
    assert.equal(outcome.status, 'rejected')
  },

  'countSessions: pending sessions of a user are counted where they are asked for, and nowhere else': async ({
    store,
    waitUntil,
  }) => {
    const first = await makeSession(store, { pendingMs: 60_000 })
    const { owner } = first
    await makeSession(store, { owner })
    await makeSession(store, { pendingMs: 60_000 })
    const counts = () => Promise.all([store.countSessions({ ...owner, status: 'pending' }), store.countSessions(owner)])
    assert.deepEqual(await counts(), [1, 1])
    const short = await makeSession(store, { owner, pendingMs: 20 })
    await waitUntil(short.expiresAt ?? 0)
    assert.deepEqual(await counts(), [1, 1])
    await update(store, first, { status: 'active' })
    assert.deepEqual(await counts(), [0, 2])
    for (const query of [{}, { orgId: owner.orgId }])
      await fails(store.countSessions({ ...query, status: 'pending' }), 'INVALID_ARGUMENT')
  },
}
