import assert from 'node:assert/strict'
import { makeChat, makeSession, noContextLimits, once, say, setContext, textsOf } from './fixtures.ts'
import type { Cases } from './harness.ts'

export const operationIdCases: Cases = {
  'repeat: a session remembers its last 16 operations': async ({ store }) => {
    const session = await makeSession(store)
    const first = { ...once(), ...noContextLimits }
    await store.setContext(session, [['a', 'first']], first)
    for (let count = 0; count < 15; count++) await setContext(store, session, { a: count })
    await store.setContext(session, [['a', 'first']], first)
    assert.equal(await store.getContext(session, 'a'), 14)
  },

  'repeat: a chat remembers its last 16 operations': async ({ store }) => {
    const chat = await makeChat(store)
    const first = once()
    const messages = [say('first')]
    const answer = await store.rewriteMessages(chat, 0, messages, first)
    for (let count = 0; count < 15; count++) await store.rewriteMessages(chat, 0, [say(`${count}`)], once())
    assert.deepEqual(await store.rewriteMessages(chat, 0, messages, first), answer)
    assert.deepEqual(await textsOf(store, chat), ['14'])
  },

  'repeat: another operation with the same content has its own effect': async ({ store }) => {
    const session = await makeSession(store)
    await setContext(store, session, { a: 1 })
    await store.deleteContext(session, 'a', once())
    await setContext(store, session, { a: 1 })
    assert.equal(await store.deleteContext(session, 'a', once()), true)
    assert.equal(await store.getContext(session, 'a'), undefined)
  },

  'repeat: an operation of one session is nothing to another': async ({ store }) => {
    const first = await makeSession(store)
    const second = await makeSession(store, { owner: first.owner })
    const options = { ...once(), ...noContextLimits }
    await store.setContext(first, [['a', 1]], options)
    await store.setContext(second, [['a', 2]], options)
    assert.deepEqual([await store.getContext(first, 'a'), await store.getContext(second, 'a')], [1, 2])
  },
}
