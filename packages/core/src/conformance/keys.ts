import assert from 'node:assert/strict'
import { fails, leavesAlone, race } from './assertions.ts'
import { expire, makeSession, noQuotas, once, sessionFor, someone, update } from './fixtures.ts'
import type { Cases } from './harness.ts'

const open = { quotas: noQuotas, ifKeyTaken: 'open' } as const
const reject = { quotas: noQuotas, ifKeyTaken: 'reject' } as const

export const keyCases: Cases = {
  'createSession: a taken key is SESSION_EXISTS, and nothing is written': async ({ store }) => {
    const first = await makeSession(store, { key: 'ticket' })
    const second = sessionFor(first.owner, { key: 'ticket', data: { other: true } })
    await leavesAlone(store, first, () =>
      fails(store.createSession(second, reject), 'SESSION_EXISTS', { key: 'ticket' }),
    )
    assert.equal(await store.findSession(second.id), null)
  },

  'createSession: opening a taken key answers the session that has it': async ({ store }) => {
    const first = await makeSession(store, { key: 'ticket', data: { first: true } })
    const answer = await store.createSession(sessionFor(first.owner, { key: 'ticket' }), open)
    assert.deepEqual(answer, { session: first, created: false })
    assert.equal(await store.countSessions(first.owner), 1)
  },

  'createSession: opening a free key creates a session': async ({ store }) => {
    const made = sessionFor(someone(), { key: 'ticket' })
    const { session, created } = await store.createSession(made, open)
    assert.deepEqual([session.id, session.key, created], [made.id, 'ticket', true])
  },

  'createSession: opening works in every state and under full limits': async ({ store }) => {
    const first = await makeSession(store, { key: 'ticket' })
    const quotas = { store: null, org: null, user: 1 }
    for (const status of ['active', 'paused', 'archived', 'closed'] as const) {
      await update(store, first, { status })
      const { session } = await store.createSession(sessionFor(first.owner, { key: 'ticket' }), { ...open, quotas })
      assert.deepEqual([session.id, session.status], [first.id, status])
    }
  },

  'createSession: of 50 that open one key at once, one creates and all answer it': async ({ store, peer }) => {
    const owner = someone()
    const stores = [store, await peer()]
    const answers = await race(50, null, (index) =>
      (stores[index % 2] ?? store).createSession(sessionFor(owner, { key: 'ticket' }), open),
    )
    assert.equal(answers.filter(({ created }) => created).length, 1)
    assert.equal(new Set(answers.map(({ session }) => session.id)).size, 1)
    assert.equal(await store.countSessions(owner), 1)
  },

  'createSession: of 8 that claim one key at once, one wins': async ({ store, peer }) => {
    const owner = someone()
    const stores = [store, await peer()]
    const winners = await race(8, 'SESSION_EXISTS', (index) =>
      (stores[index % 2] ?? store).createSession(sessionFor(owner, { key: 'ticket' }), reject),
    )
    assert.equal(winners.length, 1)
    assert.equal(await store.countSessions(owner), 1)
  },

  'createSession: a repeat of the one that made a key is answered as created': async ({ store }) => {
    const made = sessionFor(someone(), { key: 'ticket' })
    const first = await store.createSession(made, reject)
    assert.deepEqual(await store.createSession(made, reject), first)
    assert.deepEqual(await store.createSession(made, open), first)
  },

  'createSession: a key belongs to one owner': async ({ store }) => {
    const first = await makeSession(store, { key: 'ticket' })
    const { orgId, userId } = first.owner
    for (const owner of [
      { orgId, userId: someone().userId },
      { orgId: someone().orgId, userId },
    ]) {
      const { session, created } = await store.createSession(sessionFor(owner, { key: 'ticket' }), open)
      assert.ok(created)
      assert.deepEqual(session.owner, owner)
    }
  },

  'createSession: sessions without a key are all different': async ({ store }) => {
    const owner = someone()
    for (let count = 1; count <= 3; count++) {
      assert.equal((await store.createSession(sessionFor(owner), open)).created, true)
      assert.equal(await store.countSessions(owner), count)
    }
  },

  'createSession: a deleted session frees its key': async ({ store }) => {
    const first = await makeSession(store, { key: 'ticket' })
    await store.deleteSession(first, once())
    const { session, created } = await store.createSession(sessionFor(first.owner, { key: 'ticket' }), open)
    assert.deepEqual([session.key, created], ['ticket', true])
    assert.notEqual(session.id, first.id)
  },

  'createSession: an expired session holds its key until it is removed': async ({ store, waitUntil }) => {
    const first = await makeSession(store, { key: 'ticket' })
    await expire(store, first, waitUntil)
    const details = { sessionId: first.id }
    for (const options of [open, reject]) {
      const again = sessionFor(first.owner, { key: 'ticket' })
      await fails(store.createSession(again, options), 'SESSION_EXPIRED', details)
      assert.equal(await store.findSession(again.id), null)
    }
    await store.deleteSession(first, once())
    assert.equal((await store.createSession(sessionFor(first.owner, { key: 'ticket' }), open)).created, true)
  },
}
