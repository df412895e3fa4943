import assert from 'node:assert/strict'
import type { Owner } from '../owner.ts'
import type { SessionQuotas } from '../store/session-records.ts'
import { fails, leavesAlone, race } from './assertions.ts'
import { expire, makeSession, noQuotas, once, sessionFor, someone, update } from './fixtures.ts'
import { type Cases, inEmptyStore } from './harness.ts'

const perUser = (user: number): SessionQuotas => ({ store: null, org: null, user })
const perOrg = (org: number): SessionQuotas => ({ store: null, org, user: null })
const perStore = (store: number): SessionQuotas => ({ store, org: null, user: null })

/** Somebody else in the same organisation. */
const colleague = ({ orgId }: Owner): Owner => ({ orgId, userId: someone().userId })

export const quotaCases: Cases = {
  'limits: a full user is SESSION_LIMIT_REACHED, and nothing is written': async ({ store }) => {
    const first = await makeSession(store)
    const next = sessionFor(first.owner)
    const options = { quotas: perUser(1), ifKeyTaken: 'reject' } as const
    await leavesAlone(store, first, () =>
      fails(store.createSession(next, options), 'SESSION_LIMIT_REACHED', { scope: 'user', limit: 1 }),
    )
    assert.equal(await store.findSession(next.id), null)
  },

  'limits: a full organisation is SESSION_LIMIT_REACHED, and nothing is written': async ({ store }) => {
    const first = await makeSession(store, {}, perOrg(1))
    const next = sessionFor(colleague(first.owner))
    const options = { quotas: perOrg(1), ifKeyTaken: 'reject' } as const
    await leavesAlone(store, first, () =>
      fails(store.createSession(next, options), 'SESSION_LIMIT_REACHED', { scope: 'org', limit: 1 }),
    )
    assert.equal(await store.findSession(next.id), null)
  },

  'limits: a full store is SESSION_LIMIT_REACHED, and nothing is written': inEmptyStore(async ({ store }) => {
    const first = await makeSession(store, {}, perStore(1))
    const next = sessionFor(someone())
    const options = { quotas: perStore(1), ifKeyTaken: 'reject' } as const
    await leavesAlone(store, first, () =>
      fails(store.createSession(next, options), 'SESSION_LIMIT_REACHED', { scope: 'store', limit: 1 }),
    )
    assert.equal(await store.findSession(next.id), null)
  }),

  "limits: a user's limit does not see other users": async ({ store }) => {
    const first = await makeSession(store, {}, perUser(1))
    const { orgId, userId } = first.owner
    await makeSession(store, { owner: colleague(first.owner) }, perUser(1))
    await makeSession(store, { owner: { orgId: `${orgId}2`, userId } }, perUser(1))
  },

  "limits: an organisation's limit does not see other organisations": async ({ store }) => {
    const first = await makeSession(store, {}, perOrg(1))
    await makeSession(store, { owner: { ...first.owner, orgId: someone().orgId } }, perOrg(1))
  },

  'limits: a key with a full user is free for others, and the refused one is not kept': async ({ store }) => {
    const first = await makeSession(store)
    const refused = makeSession(store, { owner: first.owner, key: 'ticket' }, perUser(1))
    await fails(refused, 'SESSION_LIMIT_REACHED')
    await makeSession(store, { owner: first.owner, key: 'ticket' })
  },

  'limits: a repeat of a creation is answered although the limit is full': async ({ store }) => {
    const made = sessionFor(someone())
    const options = { quotas: perUser(1), ifKeyTaken: 'reject' } as const
    const first = await store.createSession(made, options)
    assert.deepEqual(await store.createSession(made, options), first)
  },

  'limits: 1,000 creations of one user at once give exactly its limit': async ({ store, peer }) => {
    const owner = someone()
    const stores = [store, await peer()]
    const made = await race(1000, 'SESSION_LIMIT_REACHED', (index) =>
      makeSession(stores[index % 2] ?? store, { owner }, perUser(10)),
    )
    assert.equal(made.length, 10)
    assert.equal(await store.countSessions(owner), 10)
  },

  'limits: 1,000 creations of many users at once do not go over the organisation': async ({ store, peer }) => {
    const first = someone()
    const stores = [store, await peer()]
    const made = await race(1000, 'SESSION_LIMIT_REACHED', (index) =>
      makeSession(stores[index % 2] ?? store, { owner: colleague(first) }, perOrg(10)),
    )
    assert.ok(made.length <= 10, `${made.length} sessions were made`)
    if (store.supports.exactOrgCounts) assert.equal(made.length, 10)
    else assert.ok(made.length > 0, 'no session was made')
    assert.equal((await store.listSessions({ orgId: first.orgId }, { limit: 200 })).items.length, made.length)
  },

  'limits: 1,000 creations in many organisations at once do not go over the store': inEmptyStore(
    async ({ store, peer }) => {
      const stores = [store, await peer()]
      const made = await race(1000, 'SESSION_LIMIT_REACHED', (index) =>
        makeSession(stores[index % 2] ?? store, {}, perStore(10)),
      )
      assert.ok(made.length <= 10, `${made.length} sessions were made`)
      if (store.supports.exactOrgCounts) assert.equal(made.length, 10)
      else assert.ok(made.length > 0, 'no session was made')
    },
  ),

  'limits: what one limit refuses takes no place under another': async ({ store }) => {
    const first = await makeSession(store)
    const { orgId, userId } = first.owner
    for (let attempt = 0; attempt < 5; attempt++) {
      const refused = makeSession(store, { owner: first.owner }, { store: null, org: 3, user: 1 })
      await fails(refused, 'SESSION_LIMIT_REACHED', { scope: 'user', limit: 1 })
    }
    await makeSession(store, { owner: { orgId, userId: `${userId}2` } }, perOrg(3))
    await makeSession(store, { owner: { orgId, userId: `${userId}3` } }, perOrg(3))
    await fails(makeSession(store, { owner: colleague(first.owner) }, perOrg(3)), 'SESSION_LIMIT_REACHED')
    for (let attempt = 0; attempt < 5; attempt++) {
      await fails(makeSession(store, { owner: first.owner }, { store: null, org: 3, user: 2 }), 'SESSION_LIMIT_REACHED')
    }
    await makeSession(store, { owner: first.owner }, perUser(2))
  },

  'limits: archived and closed sessions do not count': async ({ store }) => {
    for (const status of ['archived', 'closed'] as const) {
      const first = await makeSession(store)
      await fails(makeSession(store, { owner: first.owner }, perUser(1)), 'SESSION_LIMIT_REACHED')
      await update(store, first, { status })
      await makeSession(store, { owner: first.owner }, perUser(1))
    }
  },

  'limits: paused sessions count': async ({ store }) => {
    const first = await makeSession(store)
    await update(store, first, { status: 'paused' })
    await fails(makeSession(store, { owner: first.owner }, perUser(1)), 'SESSION_LIMIT_REACHED')
  },

  'limits: pending sessions count': async ({ store }) => {
    const first = await makeSession(store, { pendingMs: 60_000 })
    await fails(makeSession(store, { owner: first.owner }, perUser(1)), 'SESSION_LIMIT_REACHED')
  },

  'limits: a session that counts already may change under a full limit': async ({ store }) => {
    const first = await makeSession(store, { pendingMs: 60_000 })
    for (const status of ['active', 'paused', 'active'] as const) {
      assert.equal((await update(store, first, { status }, perUser(1))).status, status)
    }
    assert.deepEqual((await update(store, first, { data: { a: 1 } }, perUser(1))).data, { a: 1 })
  },

  'limits: an archived session may change under a full limit': async ({ store }) => {
    const first = await makeSession(store)
    await update(store, first, { status: 'archived' })
    await makeSession(store, { owner: first.owner })
    assert.deepEqual((await update(store, first, { tags: ['old'] }, perUser(1))).tags, ['old'])
    assert.equal((await update(store, first, { status: 'closed' }, perUser(1))).status, 'closed')
  },

  'limits: restoring needs room, and writes nothing without': async ({ store }) => {
    const first = await makeSession(store)
    await update(store, first, { status: 'archived' })
    const second = await makeSession(store, { owner: first.owner })
    await leavesAlone(store, first, async () => {
      for (const status of ['active', 'paused'] as const) {
        const details = { scope: 'user', limit: 1 } as const
        await fails(update(store, first, { status }, perUser(1)), 'SESSION_LIMIT_REACHED', details)
      }
    })
    await store.deleteSession(second, once())
    await update(store, first, { status: 'active' }, perUser(1))
    await fails(makeSession(store, { owner: first.owner }, perUser(1)), 'SESSION_LIMIT_REACHED')
  },

  'limits: of 8 archived sessions restored at once, as many as there is room come back': async ({ store }) => {
    const owner = someone()
    const archived = await Promise.all(
      Array.from({ length: 8 }, async () => update(store, await makeSession(store, { owner }), { status: 'archived' })),
    )
    const restored = await race(8, 'SESSION_LIMIT_REACHED', async (index) => {
      const session = archived[index]
      if (session === undefined) throw new RangeError(`${index}`)
      const options = { ...once(), expectedVersion: session.version, quotas: perUser(3) }
      return store.updateSession(session, { status: 'active' }, options)
    })
    assert.equal(restored.length, 3)
  },

  'limits: a deleted session frees its place, once': async ({ store }) => {
    const first = await makeSession(store)
    await makeSession(store, { owner: first.owner })
    await store.deleteSession(first, once())
    await store.deleteSession(first, once())
    await makeSession(store, { owner: first.owner }, perUser(2))
    await fails(makeSession(store, { owner: first.owner }, perUser(2)), 'SESSION_LIMIT_REACHED')
  },

  'limits: deleting an archived session frees no place': async ({ store }) => {
    const first = await makeSession(store)
    await update(store, first, { status: 'archived' })
    await makeSession(store, { owner: first.owner })
    await store.deleteSession(first, once())
    await fails(makeSession(store, { owner: first.owner }, perUser(1)), 'SESSION_LIMIT_REACHED')
  },

  'limits: an expired session frees its place at once': async ({ store, waitUntil }) => {
    const first = await makeSession(store)
    await expire(store, first, waitUntil)
    await makeSession(store, { owner: first.owner }, perUser(1))
    await fails(makeSession(store, { owner: first.owner }, perUser(1)), 'SESSION_LIMIT_REACHED')
  },

  'limits: removing an expired session frees no second place': inEmptyStore(async ({ store, waitUntil }) => {
    const exact = store.supports.exactOrgCounts
    const quotas = exact ? { store: 2, org: 2, user: 2 } : perUser(2)
    const first = await makeSession(store, {}, quotas)
    const { owner } = first
    await makeSession(store, { owner }, quotas)
    await expire(store, first, waitUntil)
    await makeSession(store, { owner }, quotas)
    await store.deleteSession(first, once())
    for (const scope of exact ? (['store', 'org', 'user'] as const) : (['user'] as const)) {
      const one = { ...noQuotas, [scope]: 2 }
      await fails(makeSession(store, { owner }, one), 'SESSION_LIMIT_REACHED', { scope, limit: 2 })
    }
  }),

  'limits: an expired pending session frees its place': async ({ store, waitUntil }) => {
    const first = await makeSession(store, { pendingMs: 20 })
    await waitUntil(first.createdAt + 20)
    await makeSession(store, { owner: first.owner }, perUser(1))
  },

  'limits: null is any number': async ({ store }) => {
    const owner = someone()
    for (let count = 0; count < 30; count++) await makeSession(store, { owner })
    assert.equal(await store.countSessions(owner), 30)
  },
}
