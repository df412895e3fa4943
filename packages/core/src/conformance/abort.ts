import assert from 'node:assert/strict'
import { newSessionId } from '../id.ts'
import type { Store } from '../store/store.ts'
import { chatsOf, leavesAlone } from './assertions.ts'
import { beginTurn, expire, makeSession, noQuotas, say, sessionFor, someone, textsOf } from './fixtures.ts'
import { type Case, type Cases, inEmptyStore } from './harness.ts'
import { deleteCall, forgedClaim, type MethodCall, makeTarget, readingCalls, writingCalls } from './methods.ts'

/** The methods that need no session, where a signal that was aborted must stop them too. */
const storeCalls: Readonly<Record<string, (store: Store, signal: AbortSignal) => Promise<unknown>>> = {
  findSession: (store, signal) => store.findSession(newSessionId(someone()), { signal }),
  listSessions: (store, signal) => store.listSessions(someone(), { signal }),
  countSessions: (store, signal) => store.countSessions(someone(), { signal }),
  stats: (store, signal) => store.stats(someone(), { signal }),
  health: (store, signal) => store.health({ signal }),
  open: (store, signal) => store.open({ signal }),
}

const reason = new RangeError('the reason of the test')

export const abortCases: Cases = {
  ...Object.fromEntries(
    Object.entries({ ...readingCalls, ...writingCalls, deleteSession: deleteCall }).map(([name, call]) => [
      `abort: ${name} rejects with the reason, and nothing is written`,
      stops(call),
    ]),
  ),

  ...Object.fromEntries(
    Object.entries(storeCalls).map(([name, call]) => [
      `abort: ${name} rejects with the reason`,
      async ({ store }: { store: Store }) => {
        await assert.rejects(call(store, AbortSignal.abort(reason)), (error) => error === reason)
      },
    ]),
  ),

  'abort: createSession rejects with the reason, and nothing is written': async ({ store }) => {
    const made = sessionFor(someone(), { key: 'ticket' })
    const options = { quotas: noQuotas, ifKeyTaken: 'open' as const }
    const aborted = store.createSession(made, { ...options, signal: AbortSignal.abort(reason) })
    await assert.rejects(aborted, (error) => error === reason)
    assert.equal(await store.findSession(made.id), null)
    assert.equal((await store.createSession(sessionFor(made.owner, { key: 'ticket' }), options)).created, true)
  },

  'abort: a turn is neither begun, held, ended nor interrupted by a call that was aborted': async ({ store }) => {
    const target = await makeTarget(store)
    const { chat, busy, fence } = target
    for (const name of ['beginTurn', 'renewTurn', 'endTurn', 'interruptTurn']) {
      const aborted = writingCalls[name]?.(store, target, { signal: AbortSignal.abort(reason) })
      await assert.rejects(Promise.resolve(aborted), (error) => error === reason)
    }
    assert.deepEqual(await store.renewTurn(busy, fence, { leaseMs: 60_000 }), { interrupted: false })
    await beginTurn(store, chat)
  },

  'abort: claimExpired rejects with the reason, and nothing is claimed': inEmptyStore(async ({ store, waitUntil }) => {
    await expire(store, await makeSession(store), waitUntil)
    const aborted = store.claimExpired({ limit: 5, leaseMs: 60_000, signal: AbortSignal.abort(reason) })
    await assert.rejects(aborted, (error) => error === reason)
    assert.equal((await store.claimExpired({ limit: 5, leaseMs: 60_000 })).length, 1)
  }),

  'abort: removeExpired rejects with the reason, and nothing is removed': inEmptyStore(async ({ store, waitUntil }) => {
    const session = await makeSession(store)
    await expire(store, session, waitUntil)
    const [claimed] = await store.claimExpired({ limit: 5, leaseMs: 60_000 })
    const { claim } = claimed ?? { claim: forgedClaim() }
    const aborted = store.removeExpired(session, claim, { signal: AbortSignal.abort(reason) })
    await assert.rejects(aborted, (error) => error === reason)
    assert.equal(await store.removeExpired(session, claim), true)
  }),

  'abort: expireIdle rejects with the reason, and nothing expires': inEmptyStore(async ({ store, waitUntil }) => {
    const session = await makeSession(store)
    await waitUntil(session.lastActiveAt + 10)
    const aborted = store.expireIdle(10, { signal: AbortSignal.abort(reason) })
    await assert.rejects(aborted, (error) => error === reason)
    assert.equal((await store.getSession(session))?.id, session.id)
  }),

  'abort: a signal that was not aborted changes nothing, also when it is afterwards': async ({ store }) => {
    const { session, chat } = await makeTarget(store)
    const controller = new AbortController()
    await store.appendMessages(chat, [say('hello')], { signal: controller.signal })
    controller.abort(reason)
    assert.deepEqual(await textsOf(store, chat), ['1', '2', 'hello'])
    assert.equal((await chatsOf(store, session)).length, 3)
  },

  'abort: a reason of any kind is what the call rejects with': async ({ store }) => {
    for (const any of ['text', 0, null, { an: 'object' }]) {
      const [outcome] = await Promise.allSettled([store.health({ signal: AbortSignal.abort(any) })])
      assert.deepEqual(outcome, { status: 'rejected', reason: any })
    }
    const [outcome] = await Promise.allSettled([store.health({ signal: AbortSignal.abort() })])
    assert.equal(outcome.status === 'rejected' && outcome.reason.name, 'AbortError')
  },

  'abort: while a call is under way, it is told or answered, and lands whole or not at all': async ({ store }) => {
    const { chat } = await makeTarget(store)
    const controller = new AbortController()
    const batch = [say('a'), say('b'), say('c')]
    const call = store.appendMessages(chat, batch, { signal: controller.signal })
    controller.abort(reason)
    const [outcome] = await Promise.allSettled([call])
    if (outcome.status === 'rejected') assert.equal(outcome.reason, reason)
    // What was sent may still land: a repeat tells, and must not double it.
    await store.appendMessages(chat, batch)
    assert.deepEqual(await textsOf(store, chat), ['1', '2', 'a', 'b', 'c'])
  },
}

function stops(call: MethodCall): Case {
  return async ({ store }) => {
    const target = await makeTarget(store)
    await leavesAlone(store, target.session, async () => {
      const aborted = call(store, target, { signal: AbortSignal.abort(reason) })
      await assert.rejects(aborted, (error) => error === reason)
    })
  }
}
