import assert from 'node:assert/strict'
import { isSessError } from '../errors.ts'
import type { SessionRef } from '../store/refs.ts'
import type { Store } from '../store/store.ts'
import { fails } from './assertions.ts'
import { expire, makeChat, makeSession, noQuotas, once, say, textsOf, update } from './fixtures.ts'
import type { Case, Cases } from './harness.ts'
import { type MethodCall, makeTarget, readingCalls, writingCalls } from './methods.ts'

const never = { idleMs: null, absoluteMs: null }

/** A case for each method that reaches one session: on an expired one it must say so. */
const expiredCases: Cases = Object.fromEntries(
  Object.entries({ ...readingCalls, ...writingCalls }).map(([name, call]) => [
    `${name}: an expired session is SESSION_EXPIRED`,
    answersExpired(call),
  ]),
)

export const expiryCases: Cases = {
  ...expiredCases,

  'findSession: an expired session is SESSION_EXPIRED': async ({ store, waitUntil }) => {
    const session = await makeSession(store)
    await expire(store, session, waitUntil)
    await fails(store.findSession(session.id), 'SESSION_EXPIRED', { sessionId: session.id })
  },

  'createSession: a repeat for an expired session is SESSION_EXPIRED': async ({ store, waitUntil }) => {
    const session = await makeSession(store)
    await expire(store, session, waitUntil)
    const again = makeSession(store, { id: session.id, owner: session.owner })
    await fails(again, 'SESSION_EXPIRED', { sessionId: session.id })
  },

  'appendMessages: a running turn does not outlive its session': async ({ store, waitUntil }) => {
    const { session, busy, fence } = await makeTarget(store)
    await expire(store, session, waitUntil)
    await fails(store.appendMessages(busy, [say('late')], { fence }), 'SESSION_EXPIRED')
  },

  'deleteSession: removes an expired session': async ({ store, waitUntil }) => {
    const session = await makeSession(store)
    await expire(store, session, waitUntil)
    assert.equal(await store.deleteSession(session, once()), true)
    assert.equal(await store.getSession(session), null)
  },

  'expiry: idle, a session is alive until exactly expiresAt': async ({ store, endsAt }) => {
    const session = await makeSession(store, { expiry: { idleMs: 150, absoluteMs: null } })
    assert.equal(session.expiresAt, session.createdAt + 150)
    await endsAt(session.createdAt + 150, () => isAlive(store, session))
  },

  'expiry: absolute, a session is alive until exactly expiresAt': async ({ store, endsAt }) => {
    const session = await makeSession(store, { expiry: { idleMs: null, absoluteMs: 150 } })
    assert.equal(session.expiresAt, session.createdAt + 150)
    await endsAt(session.createdAt + 150, () => isAlive(store, session))
  },

  'expiry: a write is taken until exactly expiresAt': async ({ store, waitUntil, endsAt }) => {
    const session = await makeSession(store)
    const chat = await makeChat(store, {}, session)
    // An absolute end, so that the writes do not move it; far enough away to make a chat on a busy machine.
    const other = await makeSession(store, { owner: session.owner, expiry: { idleMs: null, absoluteMs: 2_000 } })
    const dying = await makeChat(store, {}, other)
    await waitUntil(other.createdAt + 1_900)
    await endsAt(other.createdAt + 2_000, async () => {
      const [outcome] = await Promise.allSettled([store.appendMessages(dying, [say('still here')])])
      if (outcome.status === 'fulfilled') return true
      assert.ok(isSessError(outcome.reason, 'SESSION_EXPIRED'), `${outcome.reason}`)
      return false
    })
    await store.appendMessages(chat, [say('the other lives')])
  },

  'expiry: lists and counts leave a session out from exactly expiresAt': async ({ store, endsAt }) => {
    const session = await makeSession(store, { tags: ['x'], expiry: { idleMs: 150, absoluteMs: null } })
    const { owner, createdAt } = session
    await endsAt(createdAt + 150, async () => (await store.listSessions(owner)).items.length === 1)
    assert.deepEqual((await store.listSessions({ orgId: owner.orgId, tag: 'x' })).items, [])
    assert.deepEqual((await store.listSessions({ ...owner, order: 'active' })).items, [])
    assert.equal(await store.countSessions(owner), 0)
    assert.equal(await store.countSessions({ ...owner, status: 'active' }), 0)
    assert.deepEqual((await store.stats(owner)).sessions, { active: 0, paused: 0, archived: 0, closed: 0 })
  },

  'expiry: the earlier of idle and absolute counts': async ({ store }) => {
    const first = await makeSession(store, { expiry: { idleMs: 5_000, absoluteMs: 60_000 } })
    assert.equal(first.expiresAt, first.createdAt + 5_000)
    const second = await makeSession(store, { expiry: { idleMs: 60_000, absoluteMs: 5_000 } })
    assert.equal(second.expiresAt, second.createdAt + 5_000)
  },

  'expiry: the absolute end counts from a createdAt that was given': async ({ store, now }) => {
    const createdAt = (await now()) - 1_000_000
    const session = await makeSession(store, { createdAt, expiry: { idleMs: null, absoluteMs: 60_000_000 } })
    assert.equal(session.expiresAt, createdAt + 60_000_000)
  },

  'expiry: without idle and absolute it is never': async ({ store }) => {
    const session = await makeSession(store, { expiry: never })
    assert.equal(session.expiresAt, null)
    const chat = await makeChat(store, {}, session)
    await store.appendMessages(chat, [say('hello')])
    assert.equal((await store.touchSession(session)).expiresAt, null)
  },

  'expiry: a session that expired takes no other with it': async ({ store, waitUntil }) => {
    const { session, chat } = await makeTarget(store)
    const dying = await makeSession(store, { owner: session.owner })
    await expire(store, dying, waitUntil)
    await store.deleteSession(dying, once())
    assert.deepEqual(await textsOf(store, chat), ['1', '2'])
    assert.equal(await store.countSessions(session.owner), 1)
  },

  'updateSession: a state that does not count expires too': async ({ store, waitUntil }) => {
    for (const status of ['paused', 'archived', 'closed'] as const) {
      const session = await makeSession(store)
      const { version } = await update(store, session, { status })
      await expire(store, session, waitUntil)
      const options = { ...once(), expectedVersion: version, quotas: noQuotas }
      await fails(store.updateSession(session, { status: 'active' }, options), 'SESSION_EXPIRED')
      assert.equal(await store.countSessions({ ...session.owner, status }), 0)
    }
  },
}

function answersExpired(call: MethodCall): Case {
  return async ({ store, waitUntil }) => {
    const target = await makeTarget(store)
    await expire(store, target.session, waitUntil)
    await fails(call(store, target), 'SESSION_EXPIRED', { sessionId: target.session.id })
  }
}

async function isAlive(store: Store, session: SessionRef): Promise<boolean> {
  const [outcome] = await Promise.allSettled([store.getSession(session)])
  if (outcome.status === 'fulfilled') {
    assert.notEqual(outcome.value, null)
    return true
  }
  if (!isSessError(outcome.reason, 'SESSION_EXPIRED')) throw outcome.reason
  return false
}
