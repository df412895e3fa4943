import assert from 'node:assert/strict'
import type { ClaimedSession } from '../store/session-records.ts'
import type { Store } from '../store/store.ts'
import { chatsOf, fails, leavesAlone } from './assertions.ts'
import {
  chatFor,
  expire,
  makeChat,
  makeExpired,
  makeSession,
  once,
  say,
  setContext,
  someone,
  textsOf,
  update,
} from './fixtures.ts'
import { type Cases, inEmptyStore } from './harness.ts'
import { forgedClaim } from './methods.ts'

const leaseMs = 60_000

export const sweepCases: Cases = {
  'claimExpired: gives what is expired, as it was, and nothing else': inEmptyStore(async ({ store, waitUntil }) => {
    await makeSession(store)
    const dying = await makeSession(store, { key: 'ticket', tags: ['x'], data: { a: 1 } })
    const { expiresAt, ...rest } = await store.touchSession(dying, { expiresInMs: 1 })
    await waitUntil(expiresAt ?? 0)
    const [claimed, ...others] = await store.claimExpired({ limit: 10, leaseMs })
    assert.deepEqual(others, [])
    assert.deepEqual(claimed?.session, { ...rest, expiresAt })
    assert.equal(typeof claimed?.claim, 'string')
  }),

  'claimExpired: gives nothing where nothing is expired': inEmptyStore(async ({ store }) => {
    assert.deepEqual(await store.claimExpired({ limit: 10, leaseMs }), [])
    await makeSession(store)
    assert.deepEqual(await store.claimExpired({ limit: 10, leaseMs }), [])
  }),

  'claimExpired: gives a session from exactly expiresAt on': inEmptyStore(async ({ store, endsAt }) => {
    const { createdAt } = await makeSession(store, { expiry: { idleMs: 150, absoluteMs: null } })
    await endsAt(createdAt + 150, async () => (await store.claimExpired({ limit: 1, leaseMs })).length === 0)
  }),

  'claimExpired: gives at most limit': inEmptyStore(async ({ store, waitUntil }) => {
    await makeExpired(store, 5, waitUntil)
    const first = await store.claimExpired({ limit: 3, leaseMs })
    const second = await store.claimExpired({ limit: 3, leaseMs })
    assert.deepEqual([first.length, second.length], [3, 2])
    assert.equal(idsOf([...first, ...second]).size, 5)
  }),

  'claimExpired: gives sessions of every state, also pending ones': inEmptyStore(async ({ store, waitUntil }) => {
    const pending = await makeSession(store, { pendingMs: 1 })
    const owner = someone()
    const made = [pending]
    for (const status of ['active', 'paused', 'archived', 'closed'] as const) {
      const session = await makeSession(store, { owner })
      await update(store, session, { status })
      await expire(store, session, waitUntil)
      made.push(session)
    }
    await waitUntil(pending.createdAt + 1)
    assert.deepEqual(
      idsOf(await store.claimExpired({ limit: 10, leaseMs })),
      idsOf(made.map((session) => ({ session }))),
    )
  }),

  'claimExpired: nobody else is given a session before its lease ends, everybody after': inEmptyStore(
    async ({ store, peer, now, waitUntil, endsBetween }) => {
      const other = await peer()
      const [dying] = await makeExpired(store, 1, waitUntil)
      const before = await now()
      const [first] = await store.claimExpired({ limit: 1, leaseMs: 200 })
      const after = await now()
      let second: readonly ClaimedSession[] = []
      await endsBetween(before + 200, after + 200, async () => {
        second = await other.claimExpired({ limit: 1, leaseMs })
        return second.length === 0
      })
      assert.deepEqual([first?.session.id, second[0]?.session.id], [dying?.id, dying?.id])
      assert.notEqual(second[0]?.claim, first?.claim)
    },
  ),

  'claimExpired: only the session that is named': inEmptyStore(async ({ store, waitUntil }) => {
    const [, named] = await makeExpired(store, 3, waitUntil)
    assert.ok(named !== undefined)
    const only = { id: named.id, owner: named.owner }
    const [claimed, ...others] = await store.claimExpired({ limit: 10, leaseMs, only })
    assert.deepEqual([claimed?.session.id, others], [named.id, []])
    assert.deepEqual(await store.claimExpired({ limit: 10, leaseMs, only }), [])
    assert.equal((await store.claimExpired({ limit: 10, leaseMs })).length, 2)
    assert.equal(await store.removeExpired(named, claimed?.claim ?? ''), true)
    assert.deepEqual(await store.claimExpired({ limit: 10, leaseMs, only }), [])
  }),

  'claimExpired: the session that is named is not given while it lives, nor to another owner': inEmptyStore(
    async ({ store, waitUntil }) => {
      const { id, owner } = await makeSession(store)
      assert.deepEqual(await store.claimExpired({ limit: 1, leaseMs, only: { id, owner } }), [])
      await expire(store, { id, owner }, waitUntil)
      const { orgId, userId } = owner
      for (const stranger of [
        { orgId, userId: `${userId}2` },
        { orgId: `${orgId}2`, userId },
      ]) {
        assert.deepEqual(await store.claimExpired({ limit: 1, leaseMs, only: { id, owner: stranger } }), [])
      }
      assert.equal((await store.claimExpired({ limit: 1, leaseMs, only: { id, owner } })).length, 1)
    },
  ),

  'claimExpired: sweepers that claim at once never get the same session': inEmptyStore(
    async ({ store, peer, waitUntil }) => {
      const dying = await makeExpired(store, 60, waitUntil)
      const stores = [store, await peer()]
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, index) => (stores[index % 2] ?? store).claimExpired({ limit: 6, leaseMs })),
      )
      const last = await store.claimExpired({ limit: 60, leaseMs })
      const given = [...claims.flat(), ...last]
      assert.equal(given.length, 60)
      assert.deepEqual(idsOf(given), idsOf(dying.map((session) => ({ session }))))
    },
  ),

  'claimExpired: a claimed session still is SESSION_EXPIRED': inEmptyStore(async ({ store, waitUntil }) => {
    const [dying] = await makeExpired(store, 1, waitUntil)
    assert.ok(dying !== undefined)
    await store.claimExpired({ limit: 1, leaseMs })
    await fails(store.getSession(dying), 'SESSION_EXPIRED')
    await fails(store.touchSession(dying), 'SESSION_EXPIRED')
  }),

  'removeExpired: removes all the session had, and frees its key': inEmptyStore(async ({ store, waitUntil }) => {
    const session = await makeSession(store, { key: 'ticket' })
    const chat = await makeChat(store, {}, session)
    await store.appendMessages(chat, [say('hello')])
    await setContext(store, session, { a: 1 })
    await expire(store, session, waitUntil)
    const claim = await claimOnly(store)
    assert.equal(await store.removeExpired(session, claim), true)
    assert.equal(await store.getSession(session), null)
    assert.equal(await store.findSession(session.id), null)
    const again = await makeSession(store, { id: session.id, owner: session.owner, key: 'ticket' })
    assert.deepEqual(await chatsOf(store, again), [])
    assert.deepEqual(await store.listContext(again), [])
    await store.createChat(again, chatFor(again, { id: chat.id }), { maxChats: null, ifKeyTaken: 'reject' })
    assert.deepEqual(await textsOf(store, chat), [])
  }),

  'removeExpired: other sessions of the owner stay': inEmptyStore(async ({ store, waitUntil }) => {
    const session = await makeSession(store)
    const kept = await makeSession(store, { owner: session.owner, key: 'kept' })
    await expire(store, session, waitUntil)
    const claim = await claimOnly(store)
    await leavesAlone(store, kept, () => store.removeExpired(session, claim))
  }),

  'removeExpired: resolves to false where the session is gone': inEmptyStore(async ({ store, waitUntil }) => {
    const [session] = await makeExpired(store, 1, waitUntil)
    assert.ok(session !== undefined)
    const claim = await claimOnly(store)
    await store.deleteSession(session, once())
    assert.equal(await store.removeExpired(session, claim), false)
  }),

  'removeExpired: a session made anew under the id is not removed': inEmptyStore(async ({ store, waitUntil }) => {
    const [session] = await makeExpired(store, 1, waitUntil)
    assert.ok(session !== undefined)
    const claim = await claimOnly(store)
    await store.deleteSession(session, once())
    const again = await makeSession(store, { id: session.id, owner: session.owner })
    assert.equal(await store.removeExpired(session, claim), false)
    assert.deepEqual(await store.getSession(session), again)
  }),

  'removeExpired: a claim that was never given removes nothing': inEmptyStore(async ({ store, waitUntil }) => {
    const [session] = await makeExpired(store, 1, waitUntil)
    assert.ok(session !== undefined)
    assert.equal(await store.removeExpired(session, forgedClaim()), false)
    const claim = await claimOnly(store)
    assert.equal(await store.removeExpired(session, forgedClaim()), false)
    assert.equal(await store.removeExpired(session, claim), true)
  }),

  "removeExpired: another session's claim removes nothing": inEmptyStore(async ({ store, waitUntil }) => {
    await makeExpired(store, 2, waitUntil)
    const [one, two] = await store.claimExpired({ limit: 2, leaseMs })
    assert.ok(one !== undefined && two !== undefined)
    assert.equal(await store.removeExpired(one.session, two.claim), false)
    await fails(store.getSession(one.session), 'SESSION_EXPIRED')
  }),

  'removeExpired: a claim that passed to somebody else removes nothing': inEmptyStore(
    async ({ store, now, waitUntil }) => {
      const [session] = await makeExpired(store, 1, waitUntil)
      assert.ok(session !== undefined)
      const old = await claimOnly(store, 20)
      await waitUntil((await now()) + 20)
      const claim = await claimOnly(store)
      assert.equal(await store.removeExpired(session, old), false)
      await fails(store.getSession(session), 'SESSION_EXPIRED')
      assert.equal(await store.removeExpired(session, claim), true)
    },
  ),

  'removeExpired: a lapsed claim that nobody took still removes': inEmptyStore(async ({ store, now, waitUntil }) => {
    const [session] = await makeExpired(store, 1, waitUntil)
    assert.ok(session !== undefined)
    const claim = await claimOnly(store, 20)
    await waitUntil((await now()) + 20)
    assert.equal(await store.removeExpired(session, claim), true)
  }),

  'removeExpired: another owner removes nothing': inEmptyStore(async ({ store, waitUntil }) => {
    const [session] = await makeExpired(store, 1, waitUntil)
    assert.ok(session !== undefined)
    const claim = await claimOnly(store)
    const { orgId, userId } = session.owner
    for (const owner of [
      { orgId, userId: `${userId}2` },
      { orgId: `${orgId}2`, userId },
    ]) {
      assert.equal(await store.removeExpired({ id: session.id, owner }, claim), false)
    }
    assert.equal(await store.removeExpired(session, claim), true)
  }),
}

/** Claims the only expired session there is. */
async function claimOnly(store: Store, claimMs = leaseMs): Promise<string> {
  const [claimed, ...others] = await store.claimExpired({ limit: 5, leaseMs: claimMs })
  assert.deepEqual(others, [])
  assert.ok(claimed !== undefined, 'nothing was claimed')
  return claimed.claim
}

function idsOf(claims: readonly { readonly session: { readonly id: string } }[]): ReadonlySet<string> {
  return new Set(claims.map(({ session }) => session.id))
}
