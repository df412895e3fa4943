import assert from 'node:assert/strict'
import { newId } from '../id.ts'
import { leavesAlone } from './assertions.ts'
import {
  beginTurn,
  chatFor,
  makeChat,
  makeSession,
  noContextLimits,
  noQuotas,
  numbered,
  once,
  say,
  sessionFor,
  setContext,
  someone,
  textsOf,
  update,
} from './fixtures.ts'
import type { Cases } from './harness.ts'

/**
 * What a caller does whose answer was lost: the same call again. It must get an answer as the first would have been,
 * and have no second effect, also where others wrote in between.
 */
export const idempotencyCases: Cases = {
  'repeat: createSession': async ({ store, peer }) => {
    const made = sessionFor(someone())
    const options = { quotas: { store: null, org: null, user: 1 }, ifKeyTaken: 'reject' } as const
    const first = await store.createSession(made, options)
    assert.deepEqual(await (await peer()).createSession(made, options), first)
    const chat = await makeChat(store, {}, first.session)
    const changed = await update(store, first.session, { status: 'paused', data: { a: 1 } })
    await leavesAlone(store, chat.session, async () => {
      assert.deepEqual(await store.createSession(made, options), { session: changed, created: true })
    })
  },

  'repeat: updateSession': async ({ store, peer }) => {
    const session = await makeSession(store)
    const options = { ...once(), expectedVersion: session.version, quotas: noQuotas }
    const first = await store.updateSession(session, { data: { a: 1 } }, options)
    const other = await peer()
    assert.deepEqual(await other.updateSession(session, { data: { a: 1 } }, options), first)
    await update(store, session, { data: { a: 2 } })
    await setContext(store, session, { b: 1 })
    await leavesAlone(store, session, async () => {
      assert.equal((await other.updateSession(session, { data: { a: 1 } }, options)).id, session.id)
    })
  },

  'repeat: updateSession that took the last place under a limit': async ({ store }) => {
    const session = await makeSession(store)
    const { version } = await update(store, session, { status: 'archived' })
    const options = { ...once(), expectedVersion: version, quotas: { store: null, org: null, user: 1 } }
    const first = await store.updateSession(session, { status: 'active' }, options)
    assert.deepEqual(await store.updateSession(session, { status: 'active' }, options), first)
  },

  'repeat: touchSession with expiresInMs': async ({ store }) => {
    const session = await makeSession(store)
    const first = await store.touchSession(session, { expiresInMs: 50_000 })
    const again = await store.touchSession(session, { expiresInMs: 50_000 })
    assert.equal(again.version, first.version)
    assert.equal(again.expiresAt, again.lastActiveAt + 50_000)
  },

  'repeat: deleteSession': async ({ store, peer }) => {
    const session = await makeSession(store, { key: 'ticket' })
    const options = once()
    assert.equal(await store.deleteSession(session, options), true)
    assert.equal(await (await peer()).deleteSession(session, options), true)
    const next = await makeSession(store, { owner: session.owner, key: 'ticket' })
    await leavesAlone(store, next, async () => assert.equal(await store.deleteSession(session, options), true))
    assert.equal(await store.deleteSession(session, once()), false)
  },

  'repeat: createChat': async ({ store, peer }) => {
    const session = await makeSession(store)
    const made = chatFor(session, { key: 'mail' })
    const options = { maxChats: 1, ifKeyTaken: 'reject' } as const
    const first = await store.createChat(session, made, options)
    assert.deepEqual(await (await peer()).createChat(session, made, options), first)
    const chat = { id: made.id, session }
    await store.appendMessages(chat, numbered(2))
    const record = await store.getChat(chat)
    await update(store, session, { status: 'paused' })
    await leavesAlone(store, session, async () => {
      assert.deepEqual(await store.createChat(session, made, options), { chat: record, created: true })
    })
  },

  'repeat: updateChat': async ({ store, peer }) => {
    const chat = await makeChat(store)
    const options = { ...once(), expectedVersion: (await store.getChat(chat))?.version ?? 0 }
    const first = await store.updateChat(chat, { data: { a: 1 } }, options)
    const other = await peer()
    assert.deepEqual(await other.updateChat(chat, { data: { a: 1 } }, options), first)
    await store.updateChat(chat, { data: { a: 2 } }, { ...once(), expectedVersion: first.version })
    await store.appendMessages(chat, [say('hello')])
    await leavesAlone(store, chat.session, async () => {
      assert.equal((await other.updateChat(chat, { data: { a: 1 } }, options)).id, chat.id)
    })
  },

  'repeat: activateChat': async ({ store, peer }) => {
    const first = await makeChat(store)
    const second = await makeChat(store, {}, first.session)
    const options = once()
    const answer = await store.activateChat(second, options)
    assert.deepEqual(await (await peer()).activateChat(second, options), answer)
    await store.activateChat(first, once())
    await leavesAlone(store, first.session, () => store.activateChat(second, options))
    assert.equal((await store.getSession(first.session))?.activeChatId, first.id)
  },

  'repeat: deleteChat': async ({ store, peer }) => {
    const first = await makeChat(store, { key: 'mail' })
    const second = await makeChat(store, {}, first.session)
    const options = once()
    assert.equal(await store.deleteChat(first, options), true)
    assert.equal(await (await peer()).deleteChat(first, options), true)
    // Made anew under the same id, it is not what the caller meant to delete.
    await makeChat(store, { id: first.id }, first.session)
    await store.appendMessages(second, [say('hello')])
    await leavesAlone(store, first.session, async () => assert.equal(await store.deleteChat(first, options), true))
  },

  'repeat: appendMessages': async ({ store, peer }) => {
    const chat = await makeChat(store)
    const batch = numbered(3)
    const first = await store.appendMessages(chat, batch)
    const other = await peer()
    await store.appendMessages(chat, [say('in between')])
    for (const again of [await store.appendMessages(chat, batch), await other.appendMessages(chat, batch)]) {
      assert.deepEqual([again.seqs, again.written], [first.seqs, [false, false, false]])
    }
    assert.equal((await textsOf(store, chat)).length, 4)
  },

  'repeat: appendMessages of half a batch that landed': async ({ store }) => {
    const chat = await makeChat(store)
    const batch = numbered(4)
    await store.appendMessages(chat, batch.slice(0, 2))
    const { seqs, written } = await store.appendMessages(chat, batch)
    assert.deepEqual(
      [seqs, written],
      [
        [1, 2, 3, 4],
        [false, false, true, true],
      ],
    )
  },

  'repeat: rewriteMessages': async ({ store, peer }) => {
    const chat = await makeChat(store)
    await store.appendMessages(chat, numbered(3))
    const options = { ...once(), expectedLastSeq: 3 }
    const messages = [say('new'), say('newer')]
    const first = await store.rewriteMessages(chat, 1, messages, options)
    const other = await peer()
    assert.deepEqual(await other.rewriteMessages(chat, 1, messages, options), first)
    await store.appendMessages(chat, [say('in between')])
    await leavesAlone(store, chat.session, async () => {
      assert.deepEqual(await other.rewriteMessages(chat, 1, messages, options), first)
    })
    assert.deepEqual(await textsOf(store, chat), ['1', 'new', 'newer', 'in between'])
  },

  'repeat: setContext': async ({ store, peer }) => {
    const session = await makeSession(store)
    const options = { ...once(), ...noContextLimits }
    await store.setContext(session, [['a', 1]], options)
    await setContext(store, session, { a: 2 })
    await (await peer()).setContext(session, [['a', 1]], options)
    assert.equal(await store.getContext(session, 'a'), 2)
    await store.deleteContext(session, 'a', once())
    await store.setContext(session, [['a', 1]], options)
    assert.equal(await store.getContext(session, 'a'), undefined)
  },

  'repeat: deleteContext': async ({ store, peer }) => {
    const session = await makeSession(store)
    await setContext(store, session, { a: 1 })
    const options = once()
    assert.equal(await store.deleteContext(session, 'a', options), true)
    await setContext(store, session, { a: 2 })
    assert.equal(await (await peer()).deleteContext(session, 'a', options), true)
    assert.equal(await store.getContext(session, 'a'), 2)
  },

  'repeat: beginTurn answers the same grant': async ({ store, peer }) => {
    const chat = await makeChat(store)
    for (const ifBusy of ['reject', 'take-over'] as const) {
      const options = { turnId: newId(), leaseMs: 60_000, ifBusy }
      const first = await store.beginTurn(chat, options)
      const again = await (await peer()).beginTurn(chat, options)
      assert.equal(again.fence, first.fence)
      await store.appendMessages(chat, [say('hello')], { fence: first.fence })
      assert.equal((await store.beginTurn(chat, options)).fence, first.fence)
      await store.endTurn(chat, first.fence)
    }
  },

  'repeat: renewTurn': async ({ store, peer }) => {
    const chat = await makeChat(store)
    const fence = await beginTurn(store, chat)
    assert.deepEqual(await store.renewTurn(chat, fence, { leaseMs: 60_000 }), { interrupted: false })
    assert.deepEqual(await (await peer()).renewTurn(chat, fence, { leaseMs: 60_000 }), { interrupted: false })
  },

  'repeat: endTurn counts its response time once': async ({ store, peer }) => {
    const chat = await makeChat(store)
    const fence = await beginTurn(store, chat)
    await store.endTurn(chat, fence, { responseMs: 30 })
    await (await peer()).endTurn(chat, fence, { responseMs: 30 })
    await store.appendMessages(chat, [say('hello')])
    await store.endTurn(chat, fence, { responseMs: 30 })
    const record = await store.getChat(chat)
    assert.deepEqual([record?.turnCount, record?.responseMsTotal, record?.recentResponseMs], [1, 30, [30]])
  },

  'repeat: interruptTurn': async ({ store }) => {
    const chat = await makeChat(store)
    const fence = await beginTurn(store, chat)
    assert.deepEqual([await store.interruptTurn(chat), await store.interruptTurn(chat)], [true, true])
    assert.deepEqual(await store.renewTurn(chat, fence, { leaseMs: 1000 }), { interrupted: true })
  },
}
