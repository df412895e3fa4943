import assert from 'node:assert/strict'
import { ownerTail } from '@sess/core'
import { askRedis, type SentinelGroup, startRedisCluster, startSentinel } from '@sess/test-servers'
import { until } from '@sess/testkit'
import { describe, test } from 'vitest'
import { isLong, underLoad } from './under-load.ts'

describe('behind Sentinel', () => {
  const target = (group: SentinelGroup) => ({
    sentinels: group.sentinels.map(({ url }) => url),
    masterName: group.masterName,
  })
  /** Waits for the word of Sentinel: until then it still sends clients to the old master, if that comes back. */
  const failedOver = ({ sentinels, masterName, replica }: SentinelGroup) =>
    until('the new master', async () => {
      const port = sentinels[0]?.port ?? 0
      const [, named] = (await askRedis(port, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName)) as readonly string[]
      return named === `${replica.port}` && `${await askRedis(replica.port, 'ROLE')}`.startsWith('master')
    })

  test('the master is killed under load: with durability "replica" nothing acknowledged is lost', async () => {
    const group = await startSentinel({ sentinels: isLong ? 3 : 1 })
    try {
      await underLoad({ ...target(group), durability: 'replica' }, async ({ load }) => {
        const { master, replica } = group
        await master.kill()
        await failedOver(group)
        // It takes writes again when it has a replica again: the old master, come back. Sentinel would tell it in ten seconds.
        await master.restart()
        await askRedis(master.port, 'REPLICAOF', '127.0.0.1', `${replica.port}`)
        await load.makesProgress(20, 40_000)
      })
    } finally {
      await group.stop()
    }
  }, 90_000)

  test('the master is killed under load: without it the last writes may be lost, and all else holds', async () => {
    const group = await startSentinel()
    try {
      await underLoad(
        target(group),
        async ({ load }) => {
          const { replica } = group
          // What the load stands on must not be among the lost.
          await until('a replica in step', async () => Number(await askRedis(replica.port, 'DBSIZE')) > 20)
          await group.master.kill()
          await failedOver(group)
          await load.makesProgress(50, 40_000)
        },
        // What was lost in the failover is answered as if it had never been.
        { verify: { lossless: false, alsoAnswered: ['CHAT_NOT_FOUND', 'SESSION_NOT_FOUND'] } },
      )
    } finally {
      await group.stop()
    }
  }, 90_000)

  test('a replica that hangs: with durability "replica" calls fail as unknown, and repeats are safe', async () => {
    const group = await startSentinel()
    try {
      const { ledger } = await underLoad({ ...target(group), durability: 'replica' }, async ({ load }) => {
        group.replica.pause()
        try {
          await load.meetsFailures(5)
        } finally {
          group.replica.resume()
        }
        await load.makesProgress(20, 40_000)
      })
      assert.ok(ledger.failures.some(({ outcome }) => outcome === 'unknown'))
    } finally {
      await group.stop()
    }
  }, 90_000)
})

describe('on a cluster', () => {
  test('a slot that moves while it is written to: calls wait, and nothing is lost or doubled', async () => {
    const cluster = await startRedisCluster()
    try {
      const { ledger } = await underLoad({ cluster: cluster.urls }, async ({ load }) => {
        const slot = Number(await askRedis(port(0), 'CLUSTER', 'KEYSLOT', `{${ownerTail(load.owner)}}`))
        for (let round = 0; round < (isLong ? 8 : 2); round++) {
          await moveSlot(slot)
          await load.makesProgress(30)
        }
      })
      assert.deepEqual(
        ledger.failures.filter(({ code }) => code === 'STORE_UNAVAILABLE'),
        [],
      )
      function port(index: number): number {
        return cluster.nodes[index]?.port ?? 0
      }

      /** Moves a slot from whoever has it to the next master, as redis-cli does: key by key, while others write. */
      async function moveSlot(slot: number): Promise<void> {
        const ids = await Promise.all(cluster.nodes.map(({ port }) => askRedis(port, 'CLUSTER', 'MYID')))
        const master = await masterOf(slot, port(0))
        const source = cluster.nodes.findIndex((node) => node.port === master)
        const target = (source + 1) % cluster.nodes.length
        const [from, to] = [`${ids[source]}`, `${ids[target]}`]
        await askRedis(port(target), 'CLUSTER', 'SETSLOT', `${slot}`, 'IMPORTING', from)
        await askRedis(port(source), 'CLUSTER', 'SETSLOT', `${slot}`, 'MIGRATING', to)
        for (;;) {
          const keys = (await askRedis(port(source), 'CLUSTER', 'GETKEYSINSLOT', `${slot}`, '10')) as readonly string[]
          if (keys.length === 0) break
          const where = ['127.0.0.1', `${port(target)}`, '', '0', '5000', 'REPLACE', 'KEYS', ...keys]
          await askRedis(port(source), 'MIGRATE', ...where)
        }
        for (const index of [target, source, ...cluster.nodes.keys()])
          await askRedis(port(index), 'CLUSTER', 'SETSLOT', `${slot}`, 'NODE', to)
      }
    } finally {
      await cluster.stop()
    }
  }, 90_000)

  test('a master is killed and its replica takes over: all that is there is in order, and the limit holds', async () => {
    const cluster = await startRedisCluster({ replicas: 1 })
    try {
      await underLoad(
        { cluster: cluster.urls },
        async ({ load }) => {
          const [first] = cluster.nodes
          const slot = Number(await askRedis(first?.port ?? 0, 'CLUSTER', 'KEYSLOT', `{${ownerTail(load.owner)}}`))
          const master = await masterOf(slot, first?.port ?? 0)
          await cluster.nodes.find(({ port }) => port === master)?.kill()
          // Calls wait for the replica, and fail only if it takes longer than they may.
          const other = cluster.nodes.find(({ port }) => port !== master)?.port ?? 0
          const isTaken = async () => (await masterOf(slot, other)) !== master
          await until('the new master', isTaken, 40_000)
          await load.makesProgress(50, 40_000)
        },
        { verify: { lossless: false, alsoAnswered: ['CHAT_NOT_FOUND', 'SESSION_NOT_FOUND'] } },
      )
    } finally {
      await cluster.stop()
    }
  }, 90_000)
})

/** The port of the master that has a slot, by the word of another node. */
async function masterOf(slot: number, port: number): Promise<number> {
  const shards = (await askRedis(port, 'CLUSTER', 'SLOTS')) as readonly (readonly unknown[])[]
  const shard = shards.find(([first, last]) => Number(first) <= slot && slot <= Number(last))
  return Number(((shard?.[2] ?? []) as readonly unknown[])[1])
}
