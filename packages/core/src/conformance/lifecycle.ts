import assert from 'node:assert/strict'
import { fails } from './assertions.ts'
import { makeSession, noQuotas, sessionFor, someone } from './fixtures.ts'
import { type Cases, inEmptyStore } from './harness.ts'
import { deleteCall, forgedClaim, makeTarget, readingCalls, writingCalls } from './methods.ts'

export const lifecycleCases: Cases = {
  'supports: says what the store can': async ({ store }) => {
    const { durable, shared, exactOrgCounts } = store.supports
    assert.deepEqual(
      [durable, shared, exactOrgCounts].map((value) => typeof value),
      ['boolean', 'boolean', 'boolean'],
    )
  },

  'supports.shared: another instance sees the same, at once': async ({ store, peer }) => {
    const other = await peer()
    assert.equal(other !== store, store.supports.shared, 'a peer is what a shared store has')
    const session = await makeSession(store)
    assert.deepEqual(await other.getSession(session), session)
    const touched = await other.touchSession(session, { expiresInMs: 50_000 })
    assert.deepEqual(await store.getSession(session), touched)
  },

  'open: can be called at any time, any number of times': inEmptyStore(async ({ store }) => {
    await store.open()
    const session = await makeSession(store)
    await Promise.all([store.open(), store.open()])
    assert.deepEqual(await store.getSession(session), session)
  }),

  'health: tells that all is well, and the time': async ({ store }) => {
    const { ok, now, latencyMs, problems, details } = await store.health()
    assert.equal(ok, true)
    assert.deepEqual(problems, [])
    assert.ok(Number.isSafeInteger(now) && now > 0)
    assert.ok(latencyMs >= 0)
    assert.equal(typeof details, 'object')
    assert.doesNotThrow(() => JSON.stringify(details))
  },

  'health: the time goes forward, and is the one that records carry': async ({ store, now, waitUntil }) => {
    const before = await now()
    await waitUntil(before + 10)
    const { createdAt } = await makeSession(store)
    assert.ok(createdAt >= before + 10)
    assert.ok((await now()) >= createdAt)
  },

  'close: every later call is CLOSED': inEmptyStore(async ({ store }) => {
    const target = await makeTarget(store)
    const made = sessionFor(someone())
    await store.close()
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      ...Object.fromEntries(
        Object.entries({ ...readingCalls, ...writingCalls, deleteSession: deleteCall }).map(([name, call]) => [
          name,
          () => call(store, target),
        ]),
      ),
      createSession: () => store.createSession(made, { quotas: noQuotas, ifKeyTaken: 'reject' }),
      findSession: () => store.findSession(target.session.id),
      listSessions: () => store.listSessions({}),
      countSessions: () => store.countSessions({}),
      claimExpired: () => store.claimExpired({ limit: 1, leaseMs: 1000 }),
      removeExpired: () => store.removeExpired(target.session, forgedClaim()),
      expireIdle: () => store.expireIdle(1_000_000),
      stats: () => store.stats({}),
      open: () => store.open(),
      health: () => store.health(),
    }
    for (const call of Object.values(calls)) await fails(call(), 'CLOSED')
  }),

  'close: again does nothing': inEmptyStore(async ({ store }) => {
    await store.close()
    await store.close()
    await Promise.all([store.close(), store.close()])
  }),

  'close: works on a store that was never used': inEmptyStore(async ({ store }) => {
    await store.close()
    await fails(store.open(), 'CLOSED')
  }),

  'close: what is under way is finished': inEmptyStore(async ({ store }) => {
    const owner = someone()
    const under = Array.from({ length: 20 }, () => makeSession(store, { owner }))
    await store.close()
    const outcomes = await Promise.allSettled(under)
    assert.ok(
      outcomes.every(({ status }) => status === 'fulfilled'),
      'a call that was under way was cut off',
    )
  }),

  'close: of one instance leaves the others open': inEmptyStore(async ({ store, peer }) => {
    if (!store.supports.shared) return
    const other = await peer()
    const session = await makeSession(store)
    await store.close()
    assert.deepEqual(await other.getSession(session), session)
  }),
}
