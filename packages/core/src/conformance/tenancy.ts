import assert from 'node:assert/strict'
import type { Owner } from '../owner.ts'
import { allOf, leavesAlone, snapshot } from './assertions.ts'
import { makeChat, makeSession, once, someone, textsOf } from './fixtures.ts'
import type { Case, Cases } from './harness.ts'
import {
  deleteCall,
  type MethodCall,
  makeTarget,
  missingTarget,
  outcomeOf,
  readingCalls,
  targetOf,
  writingCalls,
} from './methods.ts'

/** People who have no business in what `owner` has. */
function strangersTo({ orgId, userId }: Owner): readonly Owner[] {
  return [
    { orgId, userId: someone().userId },
    { orgId: someone().orgId, userId },
    { orgId: userId, userId: orgId },
    { orgId: `${orgId}${userId.slice(0, 1)}`, userId: userId.slice(1) },
    { orgId, userId: `${userId} ` },
    { orgId: orgId.toUpperCase(), userId },
  ]
}

/** A case per method: to a stranger, another's session is as one that does not exist, and stays as it was. */
const strangerCases: Cases = Object.fromEntries(
  Object.entries({ ...readingCalls, ...writingCalls, deleteSession: deleteCall }).flatMap(([name, call]) => [
    [`tenancy: ${name} of another owner's session is as of a missing one`, asIfMissing(call)],
  ]),
)

/** Chats are reached through their own session only, also by their owner. */
const wrongSessionCases: Cases = Object.fromEntries(
  Object.entries({ ...readingCalls, ...writingCalls })
    .filter(([name]) => /Chat$|Messages$|Turn$/.test(name) && name !== 'createChat')
    .map(([name, call]) => [
      `tenancy: ${name} of a chat through another session is as of a missing one`,
      asIfNoChat(call),
    ]),
)

export const tenancyCases: Cases = {
  ...strangerCases,
  ...wrongSessionCases,

  'tenancy: an expired session of another owner is as a missing one': async ({ store, waitUntil }) => {
    const target = await makeTarget(store)
    const stranger = someone()
    const { expiresAt } = await store.touchSession(target.session, { expiresInMs: 1 })
    await waitUntil(expiresAt ?? 0)
    for (const call of Object.values({ ...readingCalls, ...writingCalls })) {
      const foreign = targetOf(stranger, target)
      const missing = missingTarget(stranger)
      const answer = await outcomeOf(call(store, foreign), foreign)
      assert.deepEqual(answer, await outcomeOf(call(store, missing), missing))
    }
  },

  'tenancy: lists, counts and stats of one owner have nothing of another': async ({ store }) => {
    const { session } = await makeTarget(store)
    for (const owner of strangersTo(session.owner)) {
      const mine = await makeSession(store, { owner })
      const listed = await allOf((cursor) => store.listSessions(owner, { cursor }))
      assert.deepEqual(
        listed.map(({ id }) => id),
        [mine.id],
      )
      const active = await allOf((cursor) => store.listSessions({ ...owner, order: 'active' }, { cursor }))
      assert.deepEqual(
        active.map(({ id }) => id),
        [mine.id],
      )
      assert.equal(await store.countSessions(owner), 1)
      const { sessions, users, chats, messages } = await store.stats(owner)
      assert.deepEqual([sessions.active, users, chats, messages], [1, 1, 0, 0])
    }
  },

  'tenancy: names that run together are different owners': async ({ store }) => {
    const base = someone().orgId
    const owners = [
      { orgId: `${base}:a`, userId: 'b' },
      { orgId: base, userId: 'a:b' },
      { orgId: `${base}:a:b`, userId: 'b' },
      { orgId: `${base}a`, userId: ':b' },
    ]
    for (const owner of owners) {
      const session = await makeSession(store, { owner, key: 'same' })
      assert.deepEqual((await store.listSessions(owner)).items, [session])
    }
  },

  'tenancy: an operation id of another owner is nothing special': async ({ store }) => {
    const mine = await makeSession(store)
    const theirs = await makeSession(store)
    const options = once()
    assert.equal(await store.deleteSession(theirs, options), true)
    assert.equal(await store.deleteSession(mine, options), true)
    assert.equal(await store.deleteSession({ id: theirs.id, owner: mine.owner }, options), false)
  },

  'tenancy: a chat id of another session does not open its chat': async ({ store }) => {
    const { chat, session } = await makeTarget(store)
    const other = await makeSession(store, { owner: session.owner })
    // One id in two sessions is the caller's mistake: a store refuses, or keeps both apart.
    await leavesChatAlone()
    assert.deepEqual(await textsOf(store, chat), ['1', '2'])

    async function leavesChatAlone(): Promise<void> {
      const before = await store.getChat(chat)
      const [outcome] = await Promise.allSettled([makeChat(store, { id: chat.id }, other)])
      if (outcome.status === 'fulfilled') assert.deepEqual(await textsOf(store, outcome.value), [])
      assert.deepEqual(await store.getChat(chat), before)
    }
  },

  'tenancy: the owner still reaches everything': async ({ store }) => {
    const target = await makeTarget(store)
    for (const call of Object.values({ ...readingCalls, ...writingCalls })) await call(store, target)
    assert.equal(await deleteCall(store, target), true)
    assert.deepEqual((await snapshot(store, target.session)) as object, {
      ...((await snapshot(store, missingTarget(target.session.owner).session)) as object),
    })
  },
}

function asIfMissing(call: MethodCall): Case {
  return async ({ store }) => {
    const target = await makeTarget(store)
    for (const stranger of strangersTo(target.session.owner)) {
      const foreign = targetOf(stranger, target)
      const missing = missingTarget(stranger)
      await leavesAlone(store, target.session, async () => {
        const answer = await outcomeOf(call(store, foreign), foreign)
        assert.deepEqual(answer, await outcomeOf(call(store, missing), missing))
      })
    }
  }
}

function asIfNoChat(call: MethodCall): Case {
  return async ({ store }) => {
    const target = await makeTarget(store)
    const { id, owner } = await makeSession(store, { owner: target.session.owner })
    const session = { id, owner }
    const missing = { ...missingTarget(owner), session }
    const foreign = {
      ...target,
      session,
      chat: { id: target.chat.id, session },
      second: { id: target.second.id, session },
      busy: { id: target.busy.id, session },
    }
    for (const place of ['chat', 'second', 'busy'] as const)
      Object.assign(missing, { [place]: { id: missing[place].id, session } })
    await leavesAlone(store, target.session, async () => {
      const answer = await outcomeOf(call(store, foreign), foreign)
      assert.deepEqual(answer, await outcomeOf(call(store, missing), missing))
    })
  }
}
