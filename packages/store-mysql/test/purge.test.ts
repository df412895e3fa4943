import assert from 'node:assert/strict'
import { newId } from '@sess/core'
import { proxy, sharedDatabase } from '@sess/test-servers'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { expect, inject, onTestFinished, test } from 'vitest'
import type { MysqlStore } from '../src/index.ts'
import { chatIn, say, storeGroup } from './stores.ts'

/** Far more than the purge waits before it looks, so that it looks while a transaction is still under way. */
const slowMs = 60

const removals: readonly (readonly [what: string, remove: (store: MysqlStore, chats: Chats) => Promise<unknown>])[] = [
  ['a session is deleted', (store, [{ session }]) => store.deleteSession(session, { operationId: newId() })],
  ['a chat is deleted', (store, [chat]) => store.deleteChat(chat, { operationId: newId() })],
  ['expired sessions are removed, one alone', (store, [{ session }]) => removeExpired(store, [session.id])],
  [
    'expired sessions are removed, two together',
    (store, chats) => removeExpired(store, [chats[0].session.id, chats[1].session.id]),
  ],
]

type Chat = Awaited<ReturnType<typeof chatIn>>
type Chats = readonly [Chat, Chat]

async function removeExpired(store: MysqlStore, ids: readonly string[]): Promise<void> {
  const claimed = await store.claimExpired({ limit: 10, leaseMs: 60_000 })
  const wanted = claimed.filter(({ session }) => ids.includes(session.id))
  assert.equal(wanted.length, ids.length)
  const gone = await Promise.all(wanted.map(({ session, claim }) => store.removeExpired(session, claim)))
  assert.ok(gone.every(Boolean))
}

test.for(removals)('on a slow line %s, and no message is left behind', async ([what, remove]) => {
  const url = await sharedDatabase(inject('testServers'))
  const between = await proxy(url)
  const group = storeGroup({ url: between.url })
  const store = group.open()
  const connection = await createConnection({ uri: url })
  onTestFinished(async () => {
    await group.dispose()
    await connection.end()
    await between.close()
  })
  const chats = await Promise.all([chatIn(store), chatIn(store)])
  // More than go in one step with their session.
  for (const chat of chats)
    for (let batch = 0; batch < 6; batch++)
      await store.appendMessages(
        chat,
        Array.from({ length: 100 }, () => say('x')),
      )
  if (what.startsWith('expired')) {
    const dying = what.endsWith('alone') ? chats.slice(0, 1) : chats
    await Promise.all(dying.map(({ session }) => store.touchSession(session, { expiresInMs: 1 })))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  // What the beginning of a store looks for is over by now.
  await new Promise((resolve) => setTimeout(resolve, 200))
  between.delay(slowMs, 'request')
  await remove(store, chats)
  between.heal()
  const left = async (): Promise<number> => {
    const [rows] = await connection.query<RowDataPacket[]>(`select count(*) as count from ${group.tablePrefix}garbage`)
    return Number(rows[0]?.['count'])
  }
  await expect.poll(left, { timeout: 5_000 }).toBe(0)
})
