import assert from 'node:assert/strict'
import type { ChatRef } from '../store/refs.ts'
import { allOf, fails } from './assertions.ts'
import { makeChat, makeSession, once } from './fixtures.ts'
import type { Cases } from './harness.ts'

export const listChatCases: Cases = {
  'listChats: pages of every size have every chat once, in order': async ({ store }) => {
    const session = await makeSession(store)
    const made: string[] = []
    for (let count = 0; count < 7; count++) made.push((await makeChat(store, {}, session)).id)
    for (const limit of [1, 2, 3, 6, 7, 8, 200]) {
      const items = await allOf((cursor) => store.listChats(session, { limit, cursor }))
      assert.deepEqual(
        items.map(({ id }) => id),
        made,
        `pages of ${limit}`,
      )
    }
  },

  'listChats: a chat that is there throughout is listed once while others come and go': async ({ store }) => {
    const session = await makeSession(store)
    const made: ChatRef[] = []
    for (let count = 0; count < 12; count++) made.push(await makeChat(store, {}, session))
    const seen: string[] = []
    let cursor: string | undefined
    for (let round = 0; ; round++) {
      const page = await store.listChats(session, { limit: 3, cursor })
      seen.push(...page.items.map(({ id }) => id))
      if (page.nextCursor === null) break
      cursor = page.nextCursor
      const gone = made[round * 3 + 2]
      if (gone !== undefined) await store.deleteChat(gone, once())
      await makeChat(store, {}, session)
      if (round > 20) break
    }
    assert.equal(new Set(seen).size, seen.length, 'a chat was listed twice')
    for (const [index, { id }] of made.entries()) {
      if (index % 3 !== 2) assert.ok(seen.includes(id), 'a chat was left out')
    }
  },

  'listChats: a limit that is no whole number from 1 to 200 is INVALID_ARGUMENT': async ({ store }) => {
    const session = await makeSession(store)
    for (const limit of [0, 1.5, 201]) {
      await fails(store.listChats(session, { limit }), 'INVALID_ARGUMENT', { field: 'limit' })
    }
  },
}
