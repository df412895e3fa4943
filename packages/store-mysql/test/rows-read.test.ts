import assert from 'node:assert/strict'
import { type ChatRef, newChatId, newId, newSessionId, type Owner } from '@sess/core'
import { createPool, type Pool, type RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, test } from 'vitest'
import type { MysqlStore } from '../src/index.ts'
import { onEachDatabase } from './each-database.ts'
import { chatIn, type StoreGroup, say, storeGroup } from './stores.ts'

/** A store on one connection, whose counters are then those of the store's statements alone. */
interface World {
  readonly pool: Pool
  readonly group: StoreGroup
  readonly store: MysqlStore
  readonly owner: Owner
  readonly chat: ChatRef
  readonly messages: number
}

const quotas = { store: 1_000_000, org: 100_000, user: 1_000 }

/** Twenty sessions of one user, a long or a short chat in the first, and so many sessions of others. */
async function worldOf(url: string, { messages, others }: { readonly messages: number; readonly others: number }) {
  const owner = { orgId: 'acme', userId: 'ada' }
  const filling = storeGroup({ url })
  const filler = filling.open()
  await filler.open()
  const chat = await chatIn(filler, { owner })
  for (let left = messages; left > 0; left -= 200)
    await filler.appendMessages(
      chat,
      Array.from({ length: Math.min(200, left) }, () => say('hello')),
    )
  const inTurns = async (count: number, one: (index: number) => Promise<unknown>): Promise<void> => {
    for (let made = 0; made < count; made += 50)
      await Promise.all(Array.from({ length: Math.min(50, count - made) }, (_, index) => one(made + index)))
  }
  await inTurns(19, () => chatIn(filler, { owner }))
  await inTurns(others, (index) => {
    const other = { orgId: index % 2 === 0 ? 'acme' : 'other', userId: `${index}` }
    return filler.createSession(newSession(other), { quotas, ifKeyTaken: 'reject' })
  })
  await filling.dispose()
  const pool = createPool({ uri: url, connectionLimit: 1 })
  const group = storeGroup({ pool, tablePrefix: filling.tablePrefix })
  const store = group.open()
  await store.open()
  return { pool, group, store, owner, chat, messages } satisfies World
}

/** Rows that the server read for a call, of tables and of indexes. */
async function rowsRead({ pool }: World, call: () => Promise<unknown>): Promise<number> {
  const before = await reads(pool)
  await call()
  return (await reads(pool)) - before
}

async function reads(pool: Pool): Promise<number> {
  const [rows] = await pool.query<RowDataPacket[]>("show session status like 'Handler_read%'")
  return rows.reduce((sum, row) => sum + Number(row['Value']), 0)
}

function newSession(owner: Owner) {
  const expiry = { idleMs: 3_600_000, absoluteMs: null }
  return { id: newSessionId(owner), owner, key: null, tags: [], data: {}, expiry, pendingMs: null }
}

/** `more` is what a call may read beyond what it reads among few. */
const calls: readonly (readonly [name: string, call: (world: World) => Promise<unknown>, more?: number])[] = [
  ['readMessages: the newest', ({ store, chat }) => store.readMessages(chat, { limit: 50 })],
  [
    'readMessages: before',
    ({ store, chat, messages }) => store.readMessages(chat, { before: messages - 50, limit: 50 }),
  ],
  ['readMessages: after', ({ store, chat, messages }) => store.readMessages(chat, { after: messages - 90, limit: 50 })],
  [
    'readMessages: by offset',
    ({ store, chat, messages }) => store.readMessages(chat, { offset: messages - 90, limit: 50 }),
  ],
  ['appendMessages', ({ store, chat }) => store.appendMessages(chat, [say('one more')])],
  [
    'rewriteMessages',
    ({ store, chat, messages }) => store.rewriteMessages(chat, messages - 5, [], { operationId: newId() }),
  ],
  ['getSession', ({ store, chat }) => store.getSession(chat.session)],
  ['findSession', ({ store, chat }) => store.findSession(chat.session.id)],
  [
    'updateSession',
    async ({ store, chat }) => {
      const expectedVersion = (await store.getSession(chat.session))?.version ?? 0
      return await store.updateSession(chat.session, { tags: [] }, { expectedVersion, quotas, operationId: newId() })
    },
  ],
  ['touchSession', ({ store, chat }) => store.touchSession(chat.session)],
  ['createSession', ({ store, owner }) => store.createSession(newSession(owner), { quotas, ifKeyTaken: 'reject' })],
  ['listSessions: of a user', ({ store, owner }) => store.listSessions(owner, { limit: 20 })],
  ['listSessions: of an organisation', ({ store }) => store.listSessions({ orgId: 'acme' }, { limit: 20 })],
  ['listSessions: all', ({ store }) => store.listSessions({}, { limit: 20 })],
  ['countSessions: of a user', ({ store, owner }) => store.countSessions(owner)],
  ['countSessions: all', ({ store }) => store.countSessions({})],
  ['claimExpired', ({ store }) => store.claimExpired({ limit: 100, leaseMs: 1_000 })],
  ['expireIdle', ({ store }) => store.expireIdle(3_000_000)],
  ['getChat', ({ store, chat }) => store.getChat(chat)],
  ['listChats', ({ store, chat }) => store.listChats(chat.session)],
  [
    'createChat',
    ({ store, chat }) =>
      store.createChat(
        chat.session,
        { id: newChatId(chat.session.id), key: null, data: {}, maxMessages: null, overflow: 'trim-oldest' },
        { maxChats: 100, ifKeyTaken: 'reject' },
      ),
  ],
  [
    'setContext',
    ({ store, chat }) =>
      store.setContext(chat.session, [['a', 1]], { operationId: newId(), maxKeys: 10, maxBytes: 10_000 }),
  ],
  ['listContext', ({ store, chat }) => store.listContext(chat.session)],
  ['beginTurn', ({ store, chat }) => store.beginTurn(chat, { turnId: newId(), leaseMs: 60_000, ifBusy: 'reject' })],
  ['interruptTurn', ({ store, chat }) => store.interruptTurn(chat)],
  ['stats: of a user', ({ store, owner }) => store.stats(owner)],
  // It looks for the last activity among 200 sessions.
  ['stats: all', ({ store }) => store.stats({}), 700],
  ['stats: of an organisation', ({ store }) => store.stats({ orgId: 'acme' }), 700],
  ['health', ({ store }) => store.health()],
]

/** What a call reads must not grow with the length of its chat, nor with what others have. */
onEachDatabase((newDatabase) => {
  let small: World
  let large: World

  beforeAll(async () => {
    small = await worldOf(await newDatabase(), { messages: 200, others: 40 })
    large = await worldOf(await newDatabase(), { messages: 4_000, others: 3_000 })
  }, 120_000)

  afterAll(async () => {
    for (const world of [small, large]) {
      await world?.group.dispose()
      await world?.pool.end()
    }
  })

  test.for(calls)('%s reads as many rows among many as among few', async ([, call, more = 10]) => {
    const few = await rowsRead(small, () => call(small))
    const many = await rowsRead(large, () => call(large))
    assert.ok(many <= few * 1.1 + more, `${few} rows among few, ${many} among many`)
  })
})
