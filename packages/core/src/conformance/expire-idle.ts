import assert from 'node:assert/strict'
import { allOf, fails } from './assertions.ts'
import { makeExpired, makeSession } from './fixtures.ts'
import { type Cases, inEmptyStore } from './harness.ts'

const leaseMs = 60_000

export const expireIdleCases: Cases = {
  'expireIdle: sessions that were idle for exactly so long or longer expire now': inEmptyStore(
    async ({ store, endsAt }) => {
      const session = await makeSession(store)
      await endsAt(session.lastActiveAt + 150, async () => (await store.expireIdle(150)).items.length === 0)
      await fails(store.getSession(session), 'SESSION_EXPIRED')
      assert.equal(await store.countSessions(session.owner), 0)
      assert.equal((await store.claimExpired({ limit: 5, leaseMs })).length, 1)
    },
  ),

  'expireIdle: answers the ids, page by page to the end': inEmptyStore(async ({ store, now, waitUntil }) => {
    const made = await Promise.all(Array.from({ length: 25 }, () => makeSession(store)))
    await waitUntil((await now()) + 100)
    const ids = await allOf((cursor) => store.expireIdle(100, { limit: 4, cursor }))
    assert.deepEqual([...ids].sort(), made.map(({ id }) => id).sort())
  }),

  'expireIdle: a session that was active since lives on': inEmptyStore(async ({ store, now, waitUntil }) => {
    const idle = await makeSession(store)
    const active = await makeSession(store)
    await waitUntil((await now()) + 1_000)
    const touched = await store.touchSession(active)
    assert.deepEqual(await allOf((cursor) => store.expireIdle(1_000, { cursor })), [idle.id])
    assert.deepEqual(await store.getSession(active), touched)
  }),

  'expireIdle: what is expired already is not answered': inEmptyStore(async ({ store, now, waitUntil }) => {
    await makeExpired(store, 1, waitUntil)
    await makeSession(store)
    await waitUntil((await now()) + 50)
    assert.equal((await allOf((cursor) => store.expireIdle(50, { cursor }))).length, 1)
    assert.equal((await allOf((cursor) => store.expireIdle(50, { cursor }))).length, 0)
  }),

  'expireIdle: frees the places of its sessions at once': inEmptyStore(async ({ store, now, waitUntil }) => {
    const { owner } = await makeSession(store)
    await waitUntil((await now()) + 50)
    await allOf((cursor) => store.expireIdle(50, { cursor }))
    await makeSession(store, { owner }, { store: null, org: null, user: 1 })
  }),
}
