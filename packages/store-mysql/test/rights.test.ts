import assert from 'node:assert/strict'
import { isSessError, newId } from '@sess/core'
import { type MysqlServer, startMariadb } from '@sess/test-servers'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, test } from 'vitest'
import { ada, chatIn, say, storeGroup, textsOf } from './stores.ts'

let server: MysqlServer

beforeAll(async () => {
  server = await startMariadb()
}, 60_000)
afterAll(() => server?.stop())

/** The URL of the same database for a user who may do only so much. */
async function withRights(url: string, rights: string): Promise<string> {
  const limited = new URL(url)
  limited.username = `u${newId().slice(-12)}`
  limited.password = 'secret'
  const connection = await createConnection({ uri: server.url })
  await connection.query(`create user '${limited.username}'@'%' identified by 'secret'`)
  await connection.query(`grant ${rights} on \`${limited.pathname.slice(1)}\`.* to '${limited.username}'@'%'`)
  await connection.end()
  return limited.href
}

test('the rights to read and write rows are enough once the tables are there', async () => {
  const url = await server.database()
  const group = storeGroup({ url })
  await group.open().migrate()
  const store = group.open({ url: await withRights(url, 'select, insert, update, delete'), migrate: 'check' })
  const chat = await chatIn(store)
  await store.appendMessages(chat, [say('hello')])
  assert.deepEqual(await textsOf(store, chat), ['hello'])
  await store.setContext(chat.session, [['a', 1]], { operationId: newId(), maxKeys: null, maxBytes: null })
  assert.equal(await store.deleteSession(chat.session, { operationId: newId() }), true)
  assert.equal(await store.countSessions({ ...ada }), 0)
  assert.deepEqual((await store.health()).problems, [])
  await group.dispose()
})

test('a migration needs no more than the rights to make and alter tables and indexes', async () => {
  const url = await withRights(await server.database(), 'select, insert, update, delete, create, alter, index')
  const group = storeGroup({ url })
  const store = group.open()
  await store.migrate()
  assert.equal(await store.countSessions({}), 0)
  await group.dispose()
})

test('a user who may not make tables is told so, and nothing is made', async () => {
  const url = await withRights(await server.database(), 'select, insert, update, delete')
  const group = storeGroup({ url, timeoutMs: 2_000 })
  await assert.rejects(group.open().migrate(), (error) => {
    assert.ok(isSessError(error, 'STORE_UNAVAILABLE'))
    assert.match(error.message, /lacks a right/)
    assert.ok(!`${error.message}${error.stack}`.includes('secret'))
    return error.details.outcome === 'not-written'
  })
  await group.dispose()
})
