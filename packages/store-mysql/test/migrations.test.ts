import assert from 'node:assert/strict'
import { isSessError } from '@sess/core'
import { createConnection } from 'mysql2/promise'
import { test } from 'vitest'
import { migrations } from '../src/index.ts'
import { onEachDatabase } from './each-database.ts'
import { useProcesses } from './processes.ts'
import { chatIn, say, storeGroup } from './stores.ts'

async function refusal(call: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  assert.ok(isSessError(error), `${error}`)
  return error
}

const tables = 'select table_name as name from information_schema.tables where table_schema = database()'

onEachDatabase((newDatabase) => {
  async function withDatabase<Value>(
    act: (url: string, sql: (text: string) => Promise<readonly Record<string, unknown>[]>) => Promise<Value>,
  ): Promise<Value> {
    const url = await newDatabase()
    const connection = await createConnection({ uri: url })
    try {
      return await act(url, async (text) => (await connection.query(text))[0] as Record<string, unknown>[])
    } finally {
      await connection.end()
    }
  }

  const inProcesses = useProcesses()

  test(
    '8 processes that open an empty database at once all find the tables, made once',
    () =>
      withDatabase(async (url, sql) => {
        const { group, options } = { group: storeGroup({ url }), options: { url, timeoutMs: 60_000, poolSize: 2 } }
        const create = { owner: null, count: 5, quotas: { store: null, org: null, user: null } }
        const dones = await inProcesses(8, { options: { ...options, tablePrefix: group.tablePrefix }, create })
        assert.deepEqual(
          dones.flatMap(({ failures }) => failures),
          [],
        )
        assert.equal(await group.open().countSessions({}), 40)
        const applied = await sql(`select version from ${group.tablePrefix}migration order by version`)
        assert.deepEqual(
          applied.map(({ version }) => version),
          migrations('').map(({ version }) => version),
        )
        await group.dispose()
      }),
    120_000,
  )

  test('opening makes every table with the prefix, and no other', () =>
    withDatabase(async (url, sql) => {
      const group = storeGroup({ url })
      await group.open().open()
      const names = (await sql(tables)).map(({ name }) => String(name))
      assert.equal(names.length, 10)
      assert.ok(names.every((name) => name.startsWith(group.tablePrefix)))
      await group.dispose()
    }))

  test("with migrate: 'check' nothing is made; health and every call say what to do, and migrate() does it", () =>
    withDatabase(async (url, sql) => {
      const group = storeGroup({ url, migrate: 'check' })
      const store = group.open()
      const { code, message } = await refusal(store.countSessions({}))
      assert.deepEqual([code, /tables are missing.*migrate\(\)/.test(message)], ['STORE_UNAVAILABLE', true])
      const { ok, problems } = await store.health()
      assert.deepEqual([ok, problems.length], [false, 1])
      assert.match(`${problems[0]}`, /tables are missing/)
      assert.deepEqual(await sql(tables), [])
      await store.migrate()
      assert.equal((await store.health()).ok, true)
      assert.equal(await store.countSessions({}), 0)
      await group.dispose()
    }))

  test('tables of a newer version are left alone', () =>
    withDatabase(async (url, sql) => {
      const group = storeGroup({ url })
      await group.open().open()
      await sql(`insert into ${group.tablePrefix}migration values (9, 'from the future', 0)`)
      const { code, message } = await refusal(group.open().open())
      assert.deepEqual([code, /version 9.*upgrade @sess\/store-mysql/.test(message)], ['STORE_UNAVAILABLE', true])
      const { problems } = await group.open().health()
      assert.match(problems.join(), /version 9/)
      await group.dispose()
    }))

  test('a foreign table of one of our names is left alone, and named; nothing is made beside it', () =>
    withDatabase(async (url, sql) => {
      const group = storeGroup({ url })
      for (const name of ['message', 'migration']) {
        await sql(`create table ${group.tablePrefix}${name} (mine int)`)
        const { code, message } = await refusal(group.open().open())
        assert.deepEqual([code, message.includes(`${group.tablePrefix}${name}`)], ['INVALID_ARGUMENT', true])
        assert.equal((await sql(tables)).length, 1)
        await sql(`drop table ${group.tablePrefix}${name}`)
      }
      await group.dispose()
    }))

  test('a migration that was cut off is finished by the next', () =>
    withDatabase(async (url, sql) => {
      const group = storeGroup({ url })
      const [first] = migrations(group.tablePrefix)
      for (const statement of first?.statements.slice(0, 5) ?? []) await sql(statement)
      const store = group.open()
      await store.appendMessages(await chatIn(store), [say('hello')])
      await group.dispose()
    }))

  test('the statements that are exported make what opening makes', () =>
    withDatabase(async (url, sql) => {
      const group = storeGroup({ url, migrate: 'check' })
      for (const { version, name, statements } of migrations(group.tablePrefix)) {
        for (const statement of statements) await sql(statement)
        await sql(`insert into ${group.tablePrefix}migration values (${version}, '${name}', 0)`)
      }
      const store = group.open()
      await store.appendMessages(await chatIn(store), [say('hello')])
      await group.dispose()
    }))
})
