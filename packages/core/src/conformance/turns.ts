import assert from 'node:assert/strict'
import { isSessError } from '../errors.ts'
import { newChatId, newId } from '../id.ts'
import { fails, leavesAlone, race } from './assertions.ts'
import { beginTurn, expire, makeChat, makeSession, once, say, textsOf, update } from './fixtures.ts'
import type { Cases } from './harness.ts'
import { fencedWrites } from './lost-turns.ts'

export const turnCases: Cases = {
  'beginTurn: grants a fence with the records as they are': async ({ store }) => {
    const chat = await makeChat(store)
    await store.appendMessages(chat, [say('hello')])
    const { fence, ...records } = await store.beginTurn(chat, { turnId: newId(), leaseMs: 60_000, ifBusy: 'reject' })
    assert.ok(Number.isSafeInteger(fence) && fence > 0)
    assert.deepEqual(records.session, await store.getSession(chat.session))
    assert.deepEqual(records.chat, await store.getChat(chat))
  },

  'beginTurn: each fence is larger than those before': async ({ store, now, waitUntil }) => {
    const chat = await makeChat(store)
    const fences = [await beginTurn(store, chat, 20)]
    await waitUntil((await now()) + 20)
    fences.push(await beginTurn(store, chat))
    fences.push(await beginTurn(store, chat, 60_000, 'take-over'))
    await store.endTurn(chat, fences[2] ?? 0)
    fences.push(await beginTurn(store, chat))
    assert.deepEqual(
      [...new Set(fences)].sort((a, b) => a - b),
      fences,
    )
  },

  'beginTurn: while another runs is TURN_IN_PROGRESS, and nothing is written': async ({ store, peer }) => {
    const chat = await makeChat(store)
    const fence = await beginTurn(store, chat, 60_000)
    const other = await peer()
    await leavesAlone(store, chat.session, async () => {
      const error: unknown = await beginTurn(other, chat).catch((reason: unknown) => reason)
      assert.ok(isSessError(error, 'TURN_IN_PROGRESS'), `${error}`)
      const { reason, retryAfterMs = 0 } = error.details
      assert.equal(reason, 'busy')
      assert.ok(retryAfterMs > 0 && retryAfterMs <= 60_000, `${retryAfterMs}`)
    })
    await store.appendMessages(chat, [say('mine')], { fence })
  },

  'beginTurn: of 8 at once, one begins': async ({ store, peer }) => {
    const chat = await makeChat(store)
    const stores = [store, await peer()]
    const fences = await race(8, 'TURN_IN_PROGRESS', (index) => beginTurn(stores[index % 2] ?? store, chat))
    assert.equal(fences.length, 1)
    await store.appendMessages(chat, [say('mine')], { fence: fences[0] })
  },

  'beginTurn: of 8 that take over at once, the one with the largest fence holds the chat': async ({ store, peer }) => {
    const chat = await makeChat(store)
    const stores = [store, await peer()]
    const fences = await race(8, null, (index) => beginTurn(stores[index % 2] ?? store, chat, 60_000, 'take-over'))
    assert.equal(new Set(fences).size, 8)
    const newest = Math.max(...fences)
    for (const fence of fences) {
      const write = store.appendMessages(chat, [say(`${fence}`)], { fence })
      if (fence === newest) await write
      else await fails(write, 'TURN_LOST')
    }
    assert.deepEqual(await textsOf(store, chat), [`${newest}`])
  },

  'beginTurn: turns of two chats do not see each other': async ({ store }) => {
    const chat = await makeChat(store)
    const other = await makeChat(store, {}, chat.session)
    const fence = await beginTurn(store, chat)
    await store.endTurn(other, await beginTurn(store, other))
    await store.appendMessages(chat, [say('mine')], { fence })
  },

  'beginTurn: a lease holds until exactly its end': async ({ store, now, endsBetween }) => {
    const chat = await makeChat(store)
    const before = await now()
    await beginTurn(store, chat, 150)
    const after = await now()
    await endsBetween(before + 150, after + 150, async () => {
      const [outcome] = await Promise.allSettled([beginTurn(store, chat)])
      if (outcome.status === 'fulfilled') return false
      assert.ok(isSessError(outcome.reason, 'TURN_IN_PROGRESS'), `${outcome.reason}`)
      return true
    })
  },

  'renewTurn: holds the chat for another lease': async ({ store, now, waitUntil }) => {
    const chat = await makeChat(store)
    const fence = await beginTurn(store, chat, 100)
    await store.renewTurn(chat, fence, { leaseMs: 60_000 })
    await waitUntil((await now()) + 100)
    await fails(beginTurn(store, chat), 'TURN_IN_PROGRESS')
  },

  'renewTurn: a lapsed turn holds the chat again': async ({ store, now, waitUntil }) => {
    const chat = await makeChat(store)
    const fence = await beginTurn(store, chat, 20)
    await waitUntil((await now()) + 20)
    await store.renewTurn(chat, fence, { leaseMs: 60_000 })
    await fails(beginTurn(store, chat), 'TURN_IN_PROGRESS')
  },

  'endTurn: frees the chat at once': async ({ store }) => {
    const chat = await makeChat(store)
    const fence = await beginTurn(store, chat)
    await store.endTurn(chat, fence)
    assert.ok((await beginTurn(store, chat)) > fence)
  },

  'endTurn: a write that comes after it is TURN_LOST': async ({ store }) => {
    const chat = await makeChat(store)
    const fence = await beginTurn(store, chat)
    await store.endTurn(chat, fence)
    for (const name of ['appendMessages', 'rewriteMessages', 'renewTurn']) {
      await leavesAlone(store, chat.session, () =>
        fails(Promise.resolve(fencedWrites[name]?.(store, chat, fence)), 'TURN_LOST', { fence }),
      )
    }
  },

  'endTurn: without a response time leaves the figures alone': async ({ store }) => {
    const chat = await makeChat(store)
    await store.endTurn(chat, await beginTurn(store, chat))
    const record = await store.getChat(chat)
    assert.deepEqual([record?.turnCount, record?.responseMsTotal, record?.recentResponseMs], [0, 0, []])
  },

  'appendMessages: without a fence is not hindered by a turn': async ({ store }) => {
    const chat = await makeChat(store)
    const fence = await beginTurn(store, chat)
    await store.appendMessages(chat, [say('from outside')])
    await store.appendMessages(chat, [say('mine')], { fence })
    assert.deepEqual(await textsOf(store, chat), ['from outside', 'mine'])
  },

  'appendMessages: a turn that began may go on to write in every state': async ({ store }) => {
    for (const status of ['paused', 'archived', 'closed'] as const) {
      const chat = await makeChat(store)
      const fence = await beginTurn(store, chat)
      await update(store, chat.session, { status })
      await store.appendMessages(chat, [say('answer')], { fence })
      await store.rewriteMessages(chat, 1, [say('more')], { ...once(), fence })
      await store.renewTurn(chat, fence, { leaseMs: 1000 })
      await store.endTurn(chat, fence)
      assert.deepEqual(await textsOf(store, chat), ['answer', 'more'])
    }
  },

  'interruptTurn: the holder learns of it with its next renewal': async ({ store, peer }) => {
    const chat = await makeChat(store)
    const fence = await beginTurn(store, chat)
    assert.deepEqual(await store.renewTurn(chat, fence, { leaseMs: 60_000 }), { interrupted: false })
    assert.equal(await (await peer()).interruptTurn(chat), true)
    assert.deepEqual(await store.renewTurn(chat, fence, { leaseMs: 60_000 }), { interrupted: true })
    await store.appendMessages(chat, [say('what was said until then')], { fence })
  },

  'interruptTurn: is nothing to the next turn': async ({ store }) => {
    const chat = await makeChat(store)
    const fence = await beginTurn(store, chat)
    await store.interruptTurn(chat)
    await store.endTurn(chat, fence)
    const next = await beginTurn(store, chat)
    assert.deepEqual(await store.renewTurn(chat, next, { leaseMs: 1000 }), { interrupted: false })
    await store.interruptTurn(chat)
    const newest = await beginTurn(store, chat, 60_000, 'take-over')
    assert.deepEqual(await store.renewTurn(chat, newest, { leaseMs: 1000 }), { interrupted: false })
  },

  'interruptTurn: resolves to false where none runs': async ({ store }) => {
    const chat = await makeChat(store)
    assert.equal(await store.interruptTurn(chat), false)
    const fence = await beginTurn(store, chat)
    await store.endTurn(chat, fence)
    assert.equal(await store.interruptTurn(chat), false)
  },

  'interruptTurn: works in every state': async ({ store }) => {
    for (const status of ['paused', 'archived', 'closed'] as const) {
      const chat = await makeChat(store)
      await beginTurn(store, chat)
      await update(store, chat.session, { status })
      assert.equal(await store.interruptTurn(chat), true)
    }
  },

  'renewTurn: an archived or closed session asks its turns to stop, a paused one does not': async ({ store }) => {
    for (const [status, interrupted] of [
      ['paused', false],
      ['archived', true],
      ['closed', true],
    ] as const) {
      const chat = await makeChat(store)
      const fence = await beginTurn(store, chat)
      await update(store, chat.session, { status })
      assert.deepEqual(await store.renewTurn(chat, fence, { leaseMs: 1000 }), { interrupted })
    }
  },

  'turns: a missing chat is CHAT_NOT_FOUND, a missing session SESSION_NOT_FOUND': async ({ store }) => {
    const session = await makeSession(store)
    const chat = { id: newChatId(session.id), session }
    const calls = [
      () => beginTurn(store, chat),
      () => store.renewTurn(chat, 1, { leaseMs: 1000 }),
      () => store.endTurn(chat, 1),
      () => store.interruptTurn(chat),
    ]
    for (const call of calls) await fails(call(), 'CHAT_NOT_FOUND', { chatId: chat.id })
    await store.deleteSession(session, once())
    for (const call of calls) await fails(call(), 'SESSION_NOT_FOUND', { sessionId: session.id })
  },

  'turns: a turn does not outlive its session': async ({ store, waitUntil }) => {
    const chat = await makeChat(store)
    const fence = await beginTurn(store, chat)
    await expire(store, chat.session, waitUntil)
    for (const write of Object.values(fencedWrites)) {
      await fails(write(store, chat, fence), 'SESSION_EXPIRED', { sessionId: chat.session.id })
    }
  },
}
