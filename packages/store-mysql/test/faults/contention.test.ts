import assert from 'node:assert/strict'
import { until } from '@sess/testkit'
import type { Connection } from 'mysql2/promise'
import { test } from 'vitest'
import { databaseOf, innodbCount, onEachServer, rounds, underLoad } from './under-load.ts'

onEachServer(({ server, admin, connect }) => {
  test('a storm of deadlocks with somebody else’s transactions: each is tried again, and no call fails', async () => {
    const url = await server().database()
    const { ledger } = await underLoad({ url, timeoutMs: 20_000 }, async ({ load, tablePrefix }) => {
      const before = await innodbCount(admin, 'lock_deadlocks')
      let isOver = false
      let others = 0
      const storm = Array.from({ length: 4 }, async () => {
        const connection = await connect(databaseOf(url))
        const weight = await makeWeight(connection)
        while (!isOver) {
          try {
            await connection.query('start transaction')
            // Whoever has written less is the victim: that should be the store.
            await connection.query(`update ${weight} set n = n + 1`)
            await lockBackwards(connection, tablePrefix)
          } catch {
            others++
          }
          await connection.query('rollback')
        }
        connection.destroy()
      })
      const lost = async (): Promise<number> => (await innodbCount(admin, 'lock_deadlocks')) - before - others
      await until('deadlocks of which the store is the victim', async () => (await lost()) >= 10 * rounds, 60_000)
      await load.makesProgress(20, 60_000)
      isOver = true
      await Promise.all(storm)
    })
    assert.deepEqual(unavailable(ledger), [])
  }, 180_000)

  test('somebody else’s lock on the rows, held for longer than a lock wait: calls wait for it, and none fails', async () => {
    const url = await server().database()
    const { ledger } = await underLoad({ url, timeoutMs: 20_000 }, async ({ load, tablePrefix }) => {
      const connection = await connect(databaseOf(url))
      for (const table of ['head', 'owner']) {
        const before = await innodbCount(admin, 'lock_timeouts')
        await connection.query('start transaction')
        await connection.query(`select * from ${tablePrefix}${table} for update`)
        await until('a wait for a lock that ends', async () => (await innodbCount(admin, 'lock_timeouts')) > before)
        await connection.query('rollback')
        await load.makesProgress()
      }
      connection.destroy()
    })
    assert.deepEqual(unavailable(ledger), [])
  }, 90_000)

  test('somebody else’s lock on a whole table: calls fail in time, and go on when it is gone', async () => {
    const url = await server().database()
    await underLoad({ url }, async ({ load, tablePrefix }) => {
      const connection = await connect(databaseOf(url))
      await connection.query(`lock tables ${tablePrefix}message write`)
      await load.meetsFailures(3)
      await connection.query('unlock tables')
      connection.destroy()
    })
  }, 60_000)

  test('no connection to be had: calls wait or fail in time, not written, and go on when there is one', async () => {
    const url = await server().database()
    const { ledger } = await underLoad({ url, poolSize: 3 }, async ({ load }) => {
      const [row] = await admin('select @@max_connections as most')
      await admin('set global max_connections = 12')
      const others: Connection[] = []
      const takeAll = async (): Promise<void> => {
        try {
          for (let count = 0; count < 30; count++) others.push(await connect())
        } catch {
          // All are taken.
        }
      }
      await takeAll()
      const [killer] = others
      assert.ok(killer)
      const { username } = new URL(url)
      const [list] = await killer.query('show processlist')
      for (const { Id, User } of list as unknown as readonly { Id: number; User: string }[])
        if (User === username) await killer.query(`kill ${Id}`).catch(() => {})
      // Whoever is quicker takes what came free.
      await takeAll()
      await load.meetsFailures(1)
      await killer.query(`set global max_connections = ${row?.['most']}`)
      for (const other of others) other.destroy()
    })
    assert.ok(unavailable(ledger).length > 0)
  }, 90_000)

  test('hundreds of callers at two connections: each is answered in time', async () => {
    await underLoad(
      { url: await server().database(), poolSize: 2 },
      async ({ load }) => {
        await load.makesProgress(500, 60_000)
      },
      { load: { writers: 200 } },
    )
  }, 90_000)
})

type Failures = readonly { readonly code: string }[]

function unavailable({ failures }: { readonly failures: Failures }): Failures {
  return failures.filter(({ code }) => code === 'STORE_UNAVAILABLE')
}

/** A table of one's own with many rows. */
async function makeWeight(connection: Connection): Promise<string> {
  const name = `weight_${connection.threadId}`
  await connection.query(`create table ${name} (n int)`)
  await connection.query(`insert into ${name} values ${Array.from({ length: 100 }, () => '(0)').join()}`)
  return name
}

/** The rows of sessions and chats, one by one, in the order that nobody else locks them in. */
async function lockBackwards(connection: Connection, tablePrefix: string): Promise<void> {
  const [rows] = await connection.query(
    `select session_id, chat_id from ${tablePrefix}head where session_id < x'fe' order by session_id desc, chat_id desc`,
  )
  for (const { session_id, chat_id } of rows as { readonly session_id: Buffer; readonly chat_id: Buffer }[])
    await connection.query(`select 1 from ${tablePrefix}head where session_id = ? and chat_id = ? for update`, [
      session_id,
      chat_id,
    ])
}
