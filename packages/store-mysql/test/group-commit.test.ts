import assert from 'node:assert/strict'
import { type AppendResult, isSessError, newChatId, newId } from '@sess/core'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, test } from 'vitest'
import type { MysqlStore } from '../src/index.ts'
import { onEachDatabase } from './each-database.ts'
import { ada, chatIn, type StoreGroup, say, storeGroup, textsOf } from './stores.ts'

let group: StoreGroup
let store: MysqlStore
let url: string

/** The codes of what failed, the seqs of what was written. */
async function outcomes(calls: readonly Promise<AppendResult>[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(calls)
  return settled.map((outcome) => {
    if (outcome.status === 'fulfilled') return outcome.value.seqs
    return isSessError(outcome.reason) ? outcome.reason.code : outcome.reason
  })
}

/** Transactions the server has committed so far. */
async function commits(): Promise<number> {
  const connection = await createConnection({ uri: url })
  try {
    const [rows] = await connection.query<RowDataPacket[]>("show global status like 'Com_commit'")
    return Number(rows[0]?.['Value'])
  } finally {
    await connection.end()
  }
}

/** Appends of concurrent callers. */
onEachDatabase((newDatabase) => {
  beforeAll(async () => {
    url = await newDatabase()
    group = storeGroup({ url })
    store = group.open()
    await store.open()
  })

  afterAll(() => group.dispose())

  test('concurrent appends share commits', async () => {
    const chats = await Promise.all(Array.from({ length: 20 }, () => chatIn(store)))
    const before = await commits()
    await Promise.all(
      Array.from({ length: 400 }, (_, index) =>
        store.appendMessages(chats[index % 20] ?? { id: '', session: { id: '', owner: ada } }, [say(`${index}`)]),
      ),
    )
    const used = (await commits()) - before
    assert.ok(used <= 40, `${used} commits for 400 appends`)
  })

  test('concurrent appends keep the order of each chat, and get their own seqs', async () => {
    const chats = await Promise.all(Array.from({ length: 5 }, () => chatIn(store)))
    const calls = Array.from({ length: 200 }, (_, index) => {
      const chat = chats[index % 5]
      assert.ok(chat !== undefined)
      return store.appendMessages(chat, [say(`${index}`)])
    })
    const seqs = (await Promise.all(calls)).map((result) => result.seqs)
    assert.deepEqual(
      seqs,
      Array.from({ length: 200 }, (_, index) => [Math.floor(index / 5) + 1]),
    )
    for (const [index, chat] of chats.entries()) {
      const texts = Array.from({ length: 40 }, (_, place) => `${place * 5 + index}`)
      assert.deepEqual(await textsOf(store, chat), texts)
    }
  })

  test('concurrent appends of two chats of one session do not hinder each other', async () => {
    const first = await chatIn(store)
    const made = {
      id: newChatId(first.session.id),
      key: null,
      data: {},
      maxMessages: null,
      overflow: 'reject' as const,
    }
    await store.createChat(first.session, made, { maxChats: null, ifKeyTaken: 'reject' })
    const second = { id: made.id, session: first.session }
    await Promise.all(
      Array.from({ length: 60 }, (_, index) => store.appendMessages(index % 2 === 0 ? first : second, [say('x')])),
    )
    assert.deepEqual([(await textsOf(store, first)).length, (await textsOf(store, second)).length], [30, 30])
    assert.equal((await store.stats(ada)).messages >= 60, true)
  })

  test('concurrent appends get their own errors: what one may not write does not keep the others from it', async () => {
    const good = await chatIn(store)
    const paused = await chatIn(store)
    const full = await chatIn(store)
    const taken = say('taken')
    await store.appendMessages(good, [taken])
    const session = await store.getSession(paused.session)
    const options = {
      operationId: newId(),
      expectedVersion: session?.version ?? 0,
      quotas: { store: null, org: null, user: null },
    }
    await store.updateSession(paused.session, { status: 'paused' }, options)
    const { version = 0 } = (await store.getChat(full)) ?? {}
    const change = { maxMessages: 1, overflow: 'reject' as const }
    await store.updateChat(full, change, { operationId: newId(), expectedVersion: version })
    const missing = { id: newChatId(good.session.id), session: good.session }
    const stranger = { id: good.id, session: { ...good.session, owner: { ...ada, userId: 'eve' } } }
    const answers = await outcomes([
      store.appendMessages(good, [say('first')]),
      store.appendMessages(paused, [say('x')]),
      store.appendMessages(good, [say('other', { id: taken.id })]),
      store.appendMessages(missing, [say('x')]),
      store.appendMessages(full, [say('fits')]),
      store.appendMessages(full, [say('too many')]),
      store.appendMessages(stranger, [say('x')]),
      store.appendMessages(good, [say('x')], { fence: 7 }),
      store.appendMessages(good, [taken]),
      store.appendMessages(good, [say('last'), taken, say('end')]),
    ])
    assert.deepEqual(answers, [
      [2],
      'SESSION_PAUSED',
      'MESSAGE_CONFLICT',
      'CHAT_NOT_FOUND',
      [1],
      'MESSAGE_LIMIT_REACHED',
      'SESSION_NOT_FOUND',
      'TURN_LOST',
      [1],
      [3, 1, 4],
    ])
    assert.deepEqual(await textsOf(store, good), ['taken', 'first', 'last', 'end'])
    assert.deepEqual(await textsOf(store, full), ['fits'])
  })

  test('a message that the server refuses fails alone', async () => {
    const connection = await createConnection({ uri: url })
    const chats = await Promise.all(Array.from({ length: 8 }, () => chatIn(store)))
    // What the store checks itself does not come so far; so the table is made narrower than it knows.
    const table = `${group.tablePrefix}message`
    await connection.query(`alter table ${table} modify body varbinary(3000) not null`)
    try {
      const calls = chats.flatMap((chat, index) => [
        store.appendMessages(chat, [say('before')]),
        store.appendMessages(chat, [say(index === 3 ? 'x'.repeat(5000) : 'short')]),
      ])
      const answers = await outcomes(calls)
      assert.deepEqual(
        answers,
        chats.flatMap((_, index) => [[1], index === 3 ? 'STORE_UNAVAILABLE' : [2]]),
      )
      const [, , , hit] = chats
      assert.ok(hit !== undefined)
      assert.deepEqual((await store.appendMessages(hit, [say('after')])).seqs, [2])
    } finally {
      await connection.query(`alter table ${table} modify body longblob not null`)
      await connection.end()
    }
  })

  test('calls of one id at once are answered alike, and one of them has written', async () => {
    const chat = await chatIn(store)
    const message = say('once')
    const results = await Promise.all(Array.from({ length: 30 }, () => store.appendMessages(chat, [message])))
    assert.ok(results.every(({ seqs }) => seqs[0] === 1))
    assert.equal(results.filter(({ written }) => written[0]).length, 1)
  })

  test('a chat that is trimmed answers each caller where it begins now', async () => {
    const chat = await chatIn(store, { maxMessages: 3 })
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, index) => store.appendMessages(chat, [say(`${index}`)])),
    )
    assert.deepEqual(
      results.map(({ firstSeq }) => firstSeq),
      [1, 1, 1, 2, 3, 4, 5, 6, 7, 8],
    )
    assert.deepEqual(await textsOf(store, chat), ['7', '8', '9'])
    const again = await store.appendMessages(chat, [say('0', { id: newId() })])
    assert.deepEqual(again.seqs, [11])
  })

  test('the id of a trimmed message can be used again, also before its row is gone', async () => {
    const chat = await chatIn(store, { maxMessages: 2 })
    const first = say('first')
    await store.appendMessages(chat, [first])
    await store.appendMessages(chat, [say('2'), say('3')])
    const again = await store.appendMessages(chat, [{ ...first, content: 'another' }])
    assert.deepEqual([again.seqs, again.written], [[4], [true]])
    assert.deepEqual(await textsOf(store, chat), ['3', 'another'])
  })

  test('what was trimmed is removed from the table behind the answers', async () => {
    const chat = await chatIn(store, { maxMessages: 10 })
    for (let round = 0; round < 4; round++)
      await store.appendMessages(
        chat,
        Array.from({ length: 100 }, (_, index) => say(`${index}`)),
      )
    const connection = await createConnection({ uri: url })
    const rowsLeft = async () => {
      const [rows] = await connection.query<RowDataPacket[]>(
        `select count(*) as rows_left from ${group.tablePrefix}message as m join ${group.tablePrefix}head as c using (log_id) where c.chat_id = ?`,
        [Buffer.from(chat.id.replaceAll('-', ''), 'hex')],
      )
      return Number(rows[0]?.['rows_left'])
    }
    const giveUpAt = performance.now() + 5000
    while ((await rowsLeft()) > 74) assert.ok(performance.now() < giveUpAt, 'the rows stay')
    await connection.end()
    assert.equal((await textsOf(store, chat)).length, 10)
  })
})
