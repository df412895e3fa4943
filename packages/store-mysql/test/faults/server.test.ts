import assert from 'node:assert/strict'
import type { Connection } from 'mysql2/promise'
import { test } from 'vitest'
import { onEachServer, rounds, underLoad } from './under-load.ts'

onEachServer(({ server, admin, connect }) => {
  test('killed under load and started again: nothing acknowledged is lost, doubled or out of order', async () => {
    await underLoad({ url: await server().database() }, async ({ load }) => {
      for (let round = 0; round < rounds; round++) {
        await server().kill()
        await load.meetsFailures()
        await server().restart()
        await load.makesProgress(50, 40_000)
      }
    })
  }, 180_000)

  test('restarted with a clean shutdown under load: the same', async () => {
    await underLoad({ url: await server().database() }, async ({ load }) => {
      for (let round = 0; round < rounds; round++) {
        await server().restart()
        await load.makesProgress(20, 40_000)
      }
    })
  }, 180_000)

  test('stopped for longer than the deadline: calls fail in time, and what had gone out is done once', async () => {
    const { ledger } = await underLoad({ url: await server().database() }, async ({ load }) => {
      for (let round = 0; round < rounds; round++) {
        server().pause()
        try {
          await load.meetsFailures(5)
        } finally {
          server().resume()
        }
        await load.makesProgress(50, 40_000)
      }
    })
    assert.ok(ledger.failures.some(({ code }) => code === 'STORE_UNAVAILABLE'))
  }, 120_000)

  test('connections killed by the server over and over: nothing is lost or doubled', async () => {
    const url = await server().database()
    const { username } = new URL(url)
    await underLoad({ url }, async ({ load }) => {
      for (let round = 0; round < 10 * rounds; round++) {
        const list = (await admin('show processlist')) as readonly { readonly Id: number; readonly User: string }[]
        // One that went by itself meanwhile is as good.
        for (const { Id, User } of list) if (User === username) await admin(`kill ${Id}`).catch(() => {})
        await load.makesProgress(10)
      }
    })
  }, 120_000)

  test('idle connections that the server ended: the next call does not notice', async () => {
    await admin('set global wait_timeout = 1')
    try {
      const url = await server().database()
      await underLoad({ url }, async ({ load, store }) => {
        await load.stop()
        const { username } = new URL(url)
        const open = async (): Promise<number> => {
          const list = (await admin('show processlist')) as readonly { readonly User: string }[]
          return list.filter(({ User }) => User === username).length
        }
        const deadline = performance.now() + 10_000
        while ((await open()) > 0) {
          assert.ok(performance.now() < deadline, 'the server keeps idle connections')
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
        assert.ok((await store.countSessions({ ...load.owner })) > 0)
        load.makesProgress = async () => {}
      })
    } finally {
      await admin('set global wait_timeout = 28800')
    }
  }, 60_000)

  test('no connection to be had: calls wait or fail in time, not written, and go on when there is one', async () => {
    const url = await server().database()
    const { ledger } = await underLoad({ url, poolSize: 3 }, async ({ load }) => {
      const [{ most } = { most: 151 }] = (await admin('select @@max_connections as most')) as readonly {
        most: number
      }[]
      await admin('set global max_connections = 12')
      const others: Connection[] = []
      try {
        for (let count = 0; count < 30; count++) others.push(await connect())
      } catch {
        // All are taken.
      }
      const { username } = new URL(url)
      const killer = others[0]
      assert.ok(killer)
      const [list] = await killer.query('show processlist')
      for (const { Id, User } of list as unknown as readonly { Id: number; User: string }[])
        if (User === username) await killer.query(`kill ${Id}`).catch(() => {})
      try {
        // Whoever is quicker takes what came free.
        for (let count = 0; count < 30; count++) others.push(await connect())
      } catch {
        // All are taken again.
      }
      await load.meetsFailures(1)
      await killer.query(`set global max_connections = ${most}`)
      for (const other of others) other.destroy()
    })
    assert.ok(ledger.failures.length > 0)
  }, 90_000)

  test('read-only under load, as before a failover: nothing is written meanwhile, and reading goes on', async () => {
    const { ledger } = await underLoad({ url: await server().database() }, async ({ load, store }) => {
      for (let round = 0; round < rounds; round++) {
        await admin('set global read_only = on')
        await load.meetsFailures(3)
        const [entry] = load.ledger.sent.values()
        assert.ok(entry && (await store.readMessages(entry.chat, { limit: 5 })).messages.length > 0)
        await admin('set global read_only = off')
        await load.makesProgress()
      }
    })
    const refused = ledger.failures.filter(({ code }) => code === 'STORE_UNAVAILABLE')
    assert.deepEqual(new Set(refused.map(({ outcome }) => outcome)), new Set(['not-written']))
  }, 90_000)

  test('a storm of deadlocks with somebody else’s transactions: all is retried inside, and nothing is lost', async () => {
    const url = await server().database()
    await underLoad({ url, timeoutMs: 5_000 }, async ({ load, tablePrefix }) => {
      const database = new URL(url).pathname.slice(1)
      let isOver = false
      let deadlocks = 0
      const storm = Array.from({ length: 4 }, async (_, number) => {
        const connection = await connect(database)
        const order = number % 2 === 0 ? 'asc' : 'desc'
        const tables = [`${tablePrefix}hot`, `${tablePrefix}hot`]
        while (!isOver) {
          try {
            await connection.query('start transaction')
            for (const table of tables) {
              const [rows] = await connection.query(`select id from ${table} order by id ${order} limit 3 for update`)
              assert.ok(Array.isArray(rows))
            }
            await connection.query('rollback')
          } catch {
            deadlocks++
            await connection.query('rollback')
          }
        }
        connection.destroy()
      })
      await load.makesProgress(200, 60_000)
      isOver = true
      await Promise.all(storm)
      assert.ok(deadlocks > 0, 'there was no deadlock')
    })
  }, 120_000)

  test('somebody else’s lock on a whole table: calls fail in time, and go on when it is gone', async () => {
    const url = await server().database()
    await underLoad({ url }, async ({ load, tablePrefix }) => {
      const connection = await connect(new URL(url).pathname.slice(1))
      await connection.query(`lock tables ${tablePrefix}message write`)
      await load.meetsFailures(3)
      await connection.query('unlock tables')
      connection.destroy()
    })
  }, 60_000)

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
