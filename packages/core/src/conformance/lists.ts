import assert from 'node:assert/strict'
import type { Owner } from '../owner.ts'
import type { PageOptions } from '../store/refs.ts'
import type { ListSessionsQuery, StoredSession } from '../store/session-records.ts'
import type { Store } from '../store/store.ts'
import { allOf, fails } from './assertions.ts'
import { makeSession, once, someone, update } from './fixtures.ts'
import { type Cases, inEmptyStore } from './harness.ts'

export const listCases: Cases = {
  'listSessions: answers the records of a user, newest first': async ({ store }) => {
    const made = await makeSessions(store, someone(), 5)
    const { items, nextCursor } = await store.listSessions(made[0]?.owner ?? someone())
    assert.deepEqual([items, nextCursor], [made.toReversed(), null])
  },

  'listSessions: answers an empty page where there is nothing': async ({ store }) => {
    assert.deepEqual(await store.listSessions(someone()), { items: [], nextCursor: null })
  },

  'listSessions: pages of every size have every session once, in order': async ({ store }) => {
    const owner = someone()
    const made = (await makeSessions(store, owner, 7)).map(({ id }) => id).reverse()
    for (const limit of [1, 2, 3, 6, 7, 8, 200]) {
      const items = await allOf((cursor) => store.listSessions(owner, { limit, cursor }))
      assert.deepEqual(
        items.map(({ id }) => id),
        made,
        `pages of ${limit}`,
      )
    }
  },

  'listSessions: a page holds at most limit, and 20 by default': async ({ store }) => {
    const owner = someone()
    await makeSessions(store, owner, 25)
    assert.ok((await store.listSessions(owner, { limit: 3 })).items.length <= 3)
    const { items, nextCursor } = await store.listSessions(owner)
    assert.ok(items.length <= 20)
    assert.notEqual(nextCursor, null)
  },

  'listSessions: a limit that is no whole number from 1 to 200 is INVALID_ARGUMENT': async ({ store }) => {
    for (const limit of [0, -1, 1.5, 201, Number.NaN]) {
      await fails(store.listSessions(someone(), { limit }), 'INVALID_ARGUMENT', { field: 'limit' })
    }
  },

  'listSessions: a userId without its orgId is INVALID_ARGUMENT': async ({ store }) => {
    const { userId } = someone()
    await fails(store.listSessions({ userId }), 'INVALID_ARGUMENT')
    await fails(store.countSessions({ userId }), 'INVALID_ARGUMENT')
    await fails(store.stats({ userId }), 'INVALID_ARGUMENT')
  },

  'listSessions: the order by activity without a user is INVALID_ARGUMENT': async ({ store }) => {
    await fails(store.listSessions({ orgId: someone().orgId, order: 'active' }), 'INVALID_ARGUMENT')
  },

  'listSessions: an organisation, with all its users': async ({ store }) => {
    const owner = someone()
    const colleague = { ...owner, userId: someone().userId }
    await makeSession(store, { owner: { ...owner, orgId: someone().orgId } })
    const [a, b] = [await makeSession(store, { owner }), await makeSession(store, { owner: colleague })]
    const items = await allOf((cursor) => store.listSessions({ orgId: owner.orgId }, { cursor }))
    assert.deepEqual(
      items.map(({ id }) => id),
      [b.id, a.id],
    )
  },

  'listSessions: the whole store': inEmptyStore(async ({ store }) => {
    const made: string[] = []
    for (let count = 0; count < 5; count++) made.unshift((await makeSession(store)).id)
    const items = await allOf((cursor) => store.listSessions({}, { limit: 2, cursor }))
    assert.deepEqual(
      items.map(({ id }) => id),
      made,
    )
  }),

  'listSessions: by status': async ({ store }) => {
    const owner = someone()
    const made = await makeStates(store, owner)
    for (const [status, { id }] of Object.entries(made)) {
      for (const query of [owner, { orgId: owner.orgId }]) {
        const items = await allOf((cursor) => store.listSessions({ ...query, status: status as 'active' }, { cursor }))
        assert.deepEqual(
          items.map((item) => item.id),
          [id],
          status,
        )
      }
    }
    assert.equal((await allOf((cursor) => store.listSessions(owner, { cursor }))).length, 4)
  },

  'listSessions: by tag, the whole tag': async ({ store }) => {
    const owner = someone()
    const [vip] = [
      await makeSession(store, { owner, tags: ['vip', 'late'] }),
      await makeSession(store, { owner, tags: ['vip2'] }),
    ]
    await makeSession(store, { owner })
    const tagged = async (tag: string): Promise<readonly string[]> =>
      (await allOf((cursor) => store.listSessions({ ...owner, tag }, { limit: 1, cursor }))).map(({ id }) => id)
    assert.deepEqual(await tagged('vip'), [vip.id])
    assert.deepEqual(await tagged('late'), [vip.id])
    assert.deepEqual(await tagged('vi'), [])
    assert.deepEqual(await tagged('VIP'), [])
    await update(store, vip, { tags: ['vip3'] })
    assert.deepEqual([await tagged('vip'), await tagged('vip3')], [[], [vip.id]])
  },

  'listSessions: by tag and status together': async ({ store }) => {
    const owner = someone()
    const both = await makeSession(store, { owner, tags: ['vip'] })
    await makeSession(store, { owner, tags: ['vip'] })
    await update(store, both, { status: 'archived' })
    const query = { ...owner, tag: 'vip', status: 'archived' } as const
    const items = await allOf((cursor) => store.listSessions(query, { limit: 1, cursor }))
    assert.deepEqual(
      items.map(({ id }) => id),
      [both.id],
    )
  },

  'listSessions: by activity, all of one minute by id, newest first': async ({ store, now }) => {
    const owner = someone()
    const made = await makeSessions(store, owner, 4)
    const minute = Math.floor((await now()) / 60_000)
    await store.touchSession(made[0] ?? { id: '', owner })
    const sameMinute = minute === Math.floor((await now()) / 60_000)
    const query = { ...owner, order: 'active' } as const
    const items = await allOf((cursor) => store.listSessions(query, { limit: 2, cursor }))
    const ids = made.map(({ id }) => id).reverse()
    if (sameMinute)
      assert.deepEqual(
        items.map(({ id }) => id),
        ids,
      )
    assert.deepEqual(new Set(items.map(({ id }) => id)), new Set(ids))
  },

  'listSessions: a session that is there throughout is listed once while others come and go': async ({
    store,
    peer,
  }) => {
    const owner = someone()
    const other = await peer()
    const kept = new Set<string>()
    const going: StoredSession[] = []
    for (let count = 0; count < 30; count++) {
      const session = await makeSession(store, { owner })
      if (count % 3 === 0) going.push(session)
      else kept.add(session.id)
    }
    const seen: string[] = []
    for (const query of [owner, { orgId: owner.orgId }] satisfies readonly ListSessionsQuery[]) {
      seen.length = 0
      let cursor: string | undefined
      for (;;) {
        const options: PageOptions = cursor === undefined ? { limit: 4 } : { limit: 4, cursor }
        const page = await store.listSessions(query, options)
        seen.push(...page.items.map(({ id }) => id))
        if (page.nextCursor === null) break
        cursor = page.nextCursor
        await makeSession(other, { owner })
        const gone = going.pop()
        if (gone !== undefined) await other.deleteSession(gone, once())
        const [touched] = page.items
        if (touched !== undefined && kept.has(touched.id)) await update(other, touched, { data: { touched: true } })
      }
      assert.equal(new Set(seen).size, seen.length, 'a session was listed twice')
      for (const id of kept) assert.ok(seen.includes(id), 'a session was left out')
    }
  },

  'listSessions: goes on where the session of the cursor was deleted': async ({ store }) => {
    const owner = someone()
    const made = await makeSessions(store, owner, 6)
    const first = await store.listSessions(owner, { limit: 3 })
    for (const session of first.items) await store.deleteSession(session, once())
    assert.ok(first.nextCursor !== null)
    const rest = await store.listSessions(owner, { limit: 3, cursor: first.nextCursor })
    assert.deepEqual(
      rest.items.map(({ id }) => id),
      made
        .slice(0, 3)
        .map(({ id }) => id)
        .reverse(),
    )
  },

  'listSessions: a cursor can be used again': async ({ store }) => {
    const owner = someone()
    await makeSessions(store, owner, 6)
    const { nextCursor } = await store.listSessions(owner, { limit: 2 })
    assert.ok(nextCursor !== null)
    const page = await store.listSessions(owner, { limit: 2, cursor: nextCursor })
    assert.deepEqual(await store.listSessions(owner, { limit: 2, cursor: nextCursor }), page)
  },

  'countSessions: counts what a list has': async ({ store }) => {
    const owner = someone()
    await makeStates(store, owner)
    await makeSession(store, { owner })
    await makeSession(store, { owner: { ...owner, userId: someone().userId } })
    await makeSession(store, { owner, pendingMs: 60_000 })
    assert.equal(await store.countSessions(owner), 5)
    for (const [status, count] of [
      ['active', 2],
      ['paused', 1],
      ['archived', 1],
      ['closed', 1],
    ] as const) {
      assert.equal(await store.countSessions({ ...owner, status }), count, status)
    }
    if (!store.supports.exactOrgCounts) return
    assert.equal(await store.countSessions({ orgId: owner.orgId }), 6)
    assert.equal(await store.countSessions({ orgId: owner.orgId, status: 'active' }), 3)
  },

  'countSessions: the whole store': inEmptyStore(async ({ store }) => {
    if (!store.supports.exactOrgCounts) return
    assert.equal(await store.countSessions({}), 0)
    await makeStates(store, someone())
    await makeSession(store)
    assert.deepEqual([await store.countSessions({}), await store.countSessions({ status: 'active' })], [5, 2])
  }),
}

/** Sessions of one owner, oldest first. */
async function makeSessions(store: Store, owner: Owner, count: number): Promise<readonly StoredSession[]> {
  const made: StoredSession[] = []
  for (let index = 0; index < count; index++) made.push(await makeSession(store, { owner, data: { index } }))
  return made
}

/** A session in every state. */
async function makeStates(store: Store, owner: Owner): Promise<Readonly<Record<string, StoredSession>>> {
  const made: Record<string, StoredSession> = {}
  for (const status of ['active', 'paused', 'archived', 'closed'] as const) {
    const session = await makeSession(store, { owner })
    made[status] = status === 'active' ? session : await update(store, session, { status })
  }
  return made
}
