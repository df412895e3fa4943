import assert from 'node:assert/strict'
import { newSessionId, ownerTail } from '../id.ts'
import type { Owner } from '../owner.ts'
import { chatsOf, fails, leavesAlone, race } from './assertions.ts'
import {
  chatFor,
  makeChat,
  makeSession,
  noQuotas,
  once,
  say,
  sessionFor,
  setContext,
  someone,
  textsOf,
  update,
} from './fixtures.ts'
import type { Cases } from './harness.ts'

export const sessionCases: Cases = {
  'createSession: answers the record it made': async ({ store, now }) => {
    const made = sessionFor(someone(), { key: 'ticket 7', tags: ['b', 'a'], data: { name: 'Support' } })
    const before = await now()
    const { session, created } = await store.createSession(made, { quotas: noQuotas, ifKeyTaken: 'reject' })
    const after = await now()
    const { createdAt, version, ...rest } = session
    assert.equal(created, true)
    assert.ok(before <= createdAt && createdAt <= after, 'createdAt is not the time of the store')
    assert.ok(Number.isSafeInteger(version))
    const { pendingMs, ...given } = made
    assert.equal(pendingMs, null)
    assert.deepEqual(rest, {
      ...given,
      status: 'active',
      activeChatId: null,
      chatCount: 0,
      updatedAt: createdAt,
      lastActiveAt: createdAt,
      expiresAt: createdAt + 3_600_000,
    })
  },

  'createSession: a createdAt that was given is kept': async ({ store }) => {
    const { createdAt } = await makeSession(store, { createdAt: 1_000_000 })
    assert.equal(createdAt, 1_000_000)
  },

  'createSession: an id that was not made for the owner is INVALID_ARGUMENT': async ({ store }) => {
    const owner = someone()
    const id = newSessionId(owner)
    const wrong = id.slice(0, -1) + (id.endsWith('0') ? '1' : '0')
    for (const bad of [wrong, id.toUpperCase(), '', 'a'.repeat(36), `${id} `]) {
      await fails(makeSession(store, { id: bad, owner }), 'INVALID_ARGUMENT', { field: 'id' })
    }
    assert.equal(await store.countSessions(owner), 0)
  },

  'createSession: an id that another owner has is SESSION_EXISTS': async ({ store }) => {
    const first = await makeSession(store, { data: { mine: true } })
    const thief = ownerWithTailOf(first.owner)
    await leavesAlone(store, first, () =>
      fails(makeSession(store, { id: first.id, owner: thief }), 'SESSION_EXISTS', {}),
    )
    assert.equal(await store.countSessions(thief), 0)
  },

  'createSession: of 8 with one id at once, all answer it and one session is there': async ({ store }) => {
    const made = sessionFor(someone())
    const answers = await race(8, null, () => store.createSession(made, { quotas: noQuotas, ifKeyTaken: 'reject' }))
    assert.deepEqual(new Set(answers.map(({ session }) => session.id)), new Set([made.id]))
    assert.ok(answers.every(({ created }) => created))
    assert.equal(await store.countSessions(made.owner), 1)
  },

  'getSession: answers the record': async ({ store }) => {
    const session = await makeSession(store, { tags: ['x'], data: { deep: [{ a: null }] } })
    assert.deepEqual(await store.getSession(session), session)
  },

  'getSession: answers null where there is none': async ({ store }) => {
    const owner = someone()
    assert.equal(await store.getSession({ id: newSessionId(owner), owner }), null)
  },

  'getSession: a string that is no id is like a missing one': async ({ store }) => {
    assert.equal(await store.getSession({ id: 'no id', owner: someone() }), null)
    assert.equal(await store.findSession('no id'), null)
  },

  'findSession: answers the record, whoever owns it': async ({ store }) => {
    const session = await makeSession(store)
    assert.deepEqual(await store.findSession(session.id), session)
  },

  'findSession: answers null where there is none': async ({ store }) => {
    assert.equal(await store.findSession(newSessionId(someone())), null)
  },

  'updateSession: changes what is given and leaves the rest': async ({ store }) => {
    const session = await makeSession(store, { tags: ['a'], data: { name: 'x', more: 1 } })
    const tagged = await update(store, session, { tags: ['b', 'c'] })
    assert.deepEqual([tagged.tags, tagged.data, tagged.status], [['b', 'c'], session.data, 'active'])
    const renamed = await update(store, session, { data: { name: 'y' } })
    assert.deepEqual([renamed.tags, renamed.data, renamed.status], [['b', 'c'], { name: 'y' }, 'active'])
    const paused = await update(store, session, { status: 'paused' })
    assert.deepEqual([paused.tags, paused.data, paused.status], [['b', 'c'], { name: 'y' }, 'paused'])
    assert.deepEqual(await store.getSession(session), paused)
  },

  'updateSession: the version grows by one, and updatedAt is now': async ({ store, now }) => {
    const session = await makeSession(store, { createdAt: 1_000_000 })
    const before = await now()
    const updated = await update(store, session, { data: { a: 1 } })
    assert.equal(updated.version, session.version + 1)
    assert.ok(updated.updatedAt >= before)
    assert.equal(updated.createdAt, 1_000_000)
  },

  'updateSession: a stale version is VERSION_CONFLICT and writes nothing': async ({ store }) => {
    const { version, ...session } = await makeSession(store)
    await update(store, session, { data: { first: true } })
    const stale = { ...once(), quotas: noQuotas, expectedVersion: version }
    await leavesAlone(store, session, () =>
      fails(store.updateSession(session, { data: {} }, stale), 'VERSION_CONFLICT', {
        expectedVersion: version,
        actualVersion: version + 1,
      }),
    )
    await leavesAlone(store, session, () =>
      fails(
        store.updateSession(session, {}, { ...stale, ...once(), expectedVersion: version + 2 }),
        'VERSION_CONFLICT',
      ),
    )
  },

  'updateSession: of 8 writers that know one version, one wins': async ({ store, peer }) => {
    const session = await makeSession(store)
    const stores = [store, await peer()]
    const winners = await race(8, 'VERSION_CONFLICT', (index) =>
      (stores[index % 2] ?? store).updateSession(
        session,
        { data: { winner: index } },
        { ...once(), expectedVersion: session.version, quotas: noQuotas },
      ),
    )
    assert.equal(winners.length, 1)
    assert.deepEqual(await store.getSession(session), winners[0])
  },

  'updateSession: a missing session is SESSION_NOT_FOUND': async ({ store }) => {
    const owner = someone()
    const id = newSessionId(owner)
    const options = { ...once(), expectedVersion: 1, quotas: noQuotas }
    await fails(store.updateSession({ id, owner }, {}, options), 'SESSION_NOT_FOUND', { sessionId: id })
  },

  'updateSession: every state can be set from every other': async ({ store }) => {
    const session = await makeSession(store)
    const states = ['active', 'paused', 'archived', 'closed'] as const
    for (const from of states) {
      for (const to of states) {
        await update(store, session, { status: from })
        assert.equal((await update(store, session, { status: to })).status, to)
      }
    }
  },

  'touchSession: a missing session is SESSION_NOT_FOUND': async ({ store }) => {
    const owner = someone()
    const id = newSessionId(owner)
    await fails(store.touchSession({ id, owner }), 'SESSION_NOT_FOUND', { sessionId: id })
  },

  'touchSession: activity is no change of the record': async ({ store }) => {
    const session = await makeSession(store)
    const { version, updatedAt } = await store.touchSession(session)
    assert.deepEqual([version, updatedAt], [session.version, session.updatedAt])
  },

  'deleteSession: removes all the session had': async ({ store }) => {
    const session = await makeSession(store, { key: 'mine' })
    const chat = await makeChat(store, { key: 'chat' }, session)
    await store.appendMessages(chat, [say('hello')])
    await setContext(store, session, { a: 1 })
    assert.equal(await store.deleteSession(session, once()), true)
    assert.equal(await store.getSession(session), null)
    assert.equal(await store.findSession(session.id), null)
    assert.equal(await store.countSessions(session.owner), 0)
    await fails(store.listChats(session), 'SESSION_NOT_FOUND')
    // What was left behind would come to light under the same ids.
    const again = await makeSession(store, { id: session.id, owner: session.owner })
    assert.deepEqual([again.key, again.chatCount, again.activeChatId], [null, 0, null])
    assert.deepEqual(await chatsOf(store, again), [])
    assert.deepEqual(await store.listContext(again), [])
    await store.createChat(again, chatFor(again, { id: chat.id }), { maxChats: null, ifKeyTaken: 'reject' })
    assert.deepEqual(await textsOf(store, chat), [])
  },

  'deleteSession: resolves to false where there is none': async ({ store }) => {
    const owner = someone()
    assert.equal(await store.deleteSession({ id: newSessionId(owner), owner }, once()), false)
  },

  'deleteSession: of 8 at once, one is told there was one': async ({ store, peer }) => {
    const session = await makeSession(store)
    const stores = [store, await peer()]
    const answers = await race(8, null, (index) => (stores[index % 2] ?? store).deleteSession(session, once()))
    assert.equal(answers.filter(Boolean).length, 1)
  },

  'deleteSession: other sessions of the owner stay': async ({ store }) => {
    const kept = await makeSession(store, { key: 'kept' })
    const gone = await makeSession(store, { owner: kept.owner, key: 'gone' })
    const chat = await makeChat(store, {}, kept)
    await store.appendMessages(chat, [say('hello')])
    await store.deleteSession(gone, once())
    assert.deepEqual(await textsOf(store, chat), ['hello'])
    assert.equal(await store.countSessions(kept.owner), 1)
  },
}

/** Somebody else whose ids end as those of `owner` do. Ids carry 16 bits of their owner, so there are many. */
function ownerWithTailOf({ orgId, userId }: Owner): Owner {
  const tail = ownerTail({ orgId, userId })
  for (let attempt = 0; ; attempt++) {
    const owner = { orgId, userId: `${userId}-${attempt}` }
    if (ownerTail(owner) === tail) return owner
  }
}
