import assert from 'node:assert/strict'
import {
  type AppendResult,
  type ChatRef,
  isSessError,
  newChatId,
  newId,
  newSessionId,
  type SessErrorCode,
} from '@sess/core'
import { createConnection, createPool, type Pool, type RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, test } from 'vitest'
import type { MysqlStore } from '../src/index.ts'
import { onEachDatabase } from './each-database.ts'
import { chatIn, noQuotas, type StoreGroup, say, storeGroup, textsOf } from './stores.ts'

/** Appends that go one after another, each on the guess that the chat is as the one before has left it. */
onEachDatabase((newDatabase) => {
  let url: string
  let group: StoreGroup
  let pool: Pool
  /** On one connection, whose counters are then those of its statements alone. */
  let store: MysqlStore
  /** Another process. */
  let other: MysqlStore

  beforeAll(async () => {
    url = await newDatabase()
    pool = createPool({ uri: url, connectionLimit: 1 })
    group = storeGroup({ url })
    other = group.open()
    await other.open()
    store = storeGroup({ pool, tablePrefix: group.tablePrefix }).open()
    await store.open()
  })

  afterAll(async () => {
    await group.dispose()
    await store.close()
    await pool.end()
  })

  /** How often heads were read, and how often they were guessed. */
  async function counts(): Promise<{ readonly read: number; readonly guessed: number }> {
    const [rows] = await pool.query<RowDataPacket[]>(
      "show session status where variable_name in ('Com_select', 'Com_insert_select')",
    )
    const of = (name: string) => Number(rows.find((row) => row['Variable_name'] === name)?.['Value'])
    return { read: of('Com_select'), guessed: of('Com_insert_select') }
  }

  async function countsOf(work: () => Promise<unknown>): Promise<{ readonly read: number; readonly guessed: number }> {
    const before = await counts()
    await work()
    const after = await counts()
    return { read: after.read - before.read, guessed: after.guessed - before.guessed }
  }

  /** A chat to which `store` has appended twice, the second time by a guess. */
  async function guessedChat(options?: { readonly maxMessages: number }): Promise<ChatRef> {
    const chat = await chatIn(store, options)
    await store.appendMessages(chat, [say('1')])
    const used = await countsOf(() => store.appendMessages(chat, [say('2')]))
    assert.deepEqual(used, { read: 0, guessed: 1 })
    return chat
  }

  async function assertRefused(chat: ChatRef, code: SessErrorCode, fence?: number): Promise<void> {
    await assert.rejects(store.appendMessages(chat, [say('x')], { fence }), (error) => isSessError(error, code))
  }

  async function versionOf({ session }: ChatRef): Promise<number> {
    return (await other.getSession(session))?.version ?? 0
  }

  test('an append after another one does not read the heads again', async () => {
    const chat = await guessedChat({ maxMessages: 3 })
    const results: AppendResult[] = []
    const used = await countsOf(async () => {
      for (const text of ['3', '4', '5']) results.push(await store.appendMessages(chat, [say(text)]))
    })
    assert.deepEqual(used, { read: 0, guessed: 3 })
    assert.deepEqual(
      results.map(({ seqs, firstSeq, written }) => [seqs, firstSeq, written]),
      [
        [[3], 1, [true]],
        [[4], 2, [true]],
        [[5], 3, [true]],
      ],
    )
    const { messages } = await other.readMessages(chat, { limit: 10 })
    assert.deepEqual(
      messages.map(({ seq, content, createdAt }) => [seq, content, createdAt]),
      results.map(({ storedAt }, index) => [index + 3, `${index + 3}`, storedAt]),
    )
    assert.deepEqual((await other.getSession(chat.session))?.lastActiveAt, results[2]?.storedAt)
  })

  test('what another process appended is not written over', async () => {
    const chat = await guessedChat()
    const seqs: number[] = []
    for (const [index, writer] of [other, store, store, other, other, store, store].entries())
      seqs.push(...(await writer.appendMessages(chat, [say(`${index + 3}`)])).seqs)
    assert.deepEqual(seqs, [3, 4, 5, 6, 7, 8, 9])
    assert.deepEqual(await textsOf(store, chat), ['1', '2', '3', '4', '5', '6', '7', '8', '9'])
  })

  test('a chat that others write to is read, until they no longer do', async () => {
    const chat = await guessedChat()
    const append = () => store.appendMessages(chat, [say('x')])
    await other.appendMessages(chat, [say('x')])
    assert.deepEqual(await countsOf(append), { read: 1, guessed: 1 })
    await other.appendMessages(chat, [say('x')])
    assert.deepEqual(await countsOf(append), { read: 1, guessed: 0 })
    assert.deepEqual(await countsOf(append), { read: 1, guessed: 0 })
    assert.deepEqual(await countsOf(append), { read: 0, guessed: 1 })
  })

  test('a message that is there already is answered with its seq', async () => {
    const chat = await guessedChat()
    const third = say('3')
    const first = await store.appendMessages(chat, [third])
    const again = await store.appendMessages(chat, [third])
    assert.deepEqual([first.seqs, first.written], [[3], [true]])
    assert.deepEqual([again.seqs, again.written], [[3], [false]])
    await assert.rejects(store.appendMessages(chat, [{ ...third, content: 'other' }]), (error) =>
      isSessError(error, 'MESSAGE_CONFLICT'),
    )
    assert.deepEqual((await store.appendMessages(chat, [say('4')])).seqs, [4])
  })

  test('a turn that another process took over writes nothing', async () => {
    const chat = await guessedChat()
    const turn = { leaseMs: 60_000, ifBusy: 'take-over' as const }
    const { fence } = await store.beginTurn(chat, { ...turn, turnId: newId() })
    await store.appendMessages(chat, [say('3')], { fence })
    assert.deepEqual(await countsOf(() => store.appendMessages(chat, [say('4')], { fence })), { read: 0, guessed: 1 })
    const taken = await other.beginTurn(chat, { ...turn, turnId: newId() })
    await assertRefused(chat, 'TURN_LOST', fence)
    await other.endTurn(chat, taken.fence)
    await assertRefused(chat, 'TURN_LOST', taken.fence)
    assert.deepEqual(await textsOf(store, chat), ['1', '2', '3', '4'])
  })

  test('a session that another process paused takes nothing', async () => {
    const chat = await guessedChat()
    const options = { operationId: newId(), expectedVersion: await versionOf(chat), quotas: noQuotas }
    await other.updateSession(chat.session, { status: 'paused' }, options)
    await assertRefused(chat, 'SESSION_PAUSED')
    assert.deepEqual(await textsOf(store, chat), ['1', '2'])
  })

  test('a session that expired, or was deleted, takes nothing', async () => {
    const expired = await guessedChat()
    const { now } = await other.health()
    await other.touchSession(expired.session, { expiresInMs: 1 })
    while ((await other.health()).now <= now + 1);
    await assertRefused(expired, 'SESSION_EXPIRED')
    const deleted = await guessedChat()
    await other.deleteSession(deleted.session, { operationId: newId() })
    await assertRefused(deleted, 'SESSION_NOT_FOUND')
  })

  test('a session that expires by itself takes nothing after that', async () => {
    const owner = { orgId: 'acme', userId: 'ada' }
    const session = { id: newSessionId(owner), owner }
    const expiry = { idleMs: 1000, absoluteMs: null }
    await store.createSession(
      { ...session, key: null, tags: [], data: {}, expiry, pendingMs: null },
      { quotas: noQuotas, ifKeyTaken: 'reject' },
    )
    const chat = { id: newChatId(session.id), session }
    const made = { id: chat.id, key: null, data: {}, maxMessages: null, overflow: 'reject' as const }
    await store.createChat(session, made, { maxChats: null, ifKeyTaken: 'reject' })
    const { storedAt } = await store.appendMessages(chat, [say('1')])
    while ((await other.health()).now < storedAt + expiry.idleMs);
    const used = await countsOf(() => assertRefused(chat, 'SESSION_EXPIRED'))
    assert.equal(used.guessed, 1)
  })

  test('a limit that another process has set holds', async () => {
    const chat = await guessedChat()
    const { version = 0 } = (await other.getChat(chat)) ?? {}
    const change = { maxMessages: 2, overflow: 'reject' as const }
    await other.updateChat(chat, change, { operationId: newId(), expectedVersion: version })
    await assertRefused(chat, 'MESSAGE_LIMIT_REACHED')
    assert.deepEqual(await textsOf(store, chat), ['1', '2'])
  })

  test('somebody else gets nothing by a guess', async () => {
    const chat = await guessedChat()
    const stranger = { ...chat, session: { ...chat.session, owner: { orgId: 'acme', userId: 'eve' } } }
    await assertRefused(stranger, 'SESSION_NOT_FOUND')
  })

  test('a guess waits for whoever has the session locked, and sees what he did', async () => {
    const chat = await guessedChat()
    const connection = await createConnection({ uri: url })
    try {
      await connection.query('begin')
      const key = Buffer.from(chat.session.id.replaceAll('-', ''), 'hex')
      await connection.query(`update ${group.tablePrefix}head set status = 2 where session_id = ?`, [key])
      const appending = assertRefused(chat, 'SESSION_PAUSED')
      const isSent = async (): Promise<boolean> => {
        const [rows] = await connection.query<RowDataPacket[]>('show full processlist')
        return rows.some(({ Info }) => `${Info}`.startsWith(`insert into \`${group.tablePrefix}message\``))
      }
      while (!(await isSent()));
      await connection.query('commit')
      await appending
    } finally {
      connection.destroy()
    }
  })
})
