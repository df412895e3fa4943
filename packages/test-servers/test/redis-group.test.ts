import { describe, test } from 'vitest'
import { askRedis, startRedisCluster, startSentinel } from '../src/index.ts'

// At the same time: they mostly wait for the servers' own timers.
describe.concurrent('groups of Redis servers', { timeout: 30_000 }, () => {
  test('cluster: three masters take writes, each for its slots', async ({ expect, onTestFinished }) => {
    const cluster = await startRedisCluster()
    onTestFinished(() => cluster.stop())
    expect(cluster.nodes).toHaveLength(3)
    const writes = await Promise.all(cluster.nodes.map(({ port }) => attempt(port, 'SET', 'key', 'value')))
    // CRC16('key') is slot 12539: the third node's. The others name it.
    const moved = `MOVED 12539 127.0.0.1:${cluster.nodes[2]?.port}`
    expect(writes).toEqual([moved, moved, 'OK'])
  })

  test('cluster: a replica in step takes over from a killed master', async ({ expect, onTestFinished }) => {
    const cluster = await startRedisCluster({ replicas: 1 })
    onTestFinished(() => cluster.stop())
    const [first, second, , heir] = cluster.nodes
    if (first === undefined || second === undefined || heir === undefined) throw new Error('There are six nodes.')
    const replication = await askRedis(first.port, 'INFO', 'replication')
    expect(replication).toContain(`slave0:ip=127.0.0.1,port=${heir.port},state=online`)
    await first.kill()
    await expect
      .poll(() => attempt(second.port, 'CLUSTER', 'NODES'), { timeout: 10_000 })
      .toMatch(new RegExp(`:${heir.port}@\\d+ master .* 0-5460`))
    await first.restart()
    await expect.poll(() => attempt(first.port, 'ROLE'), { timeout: 10_000 }).toContain('slave')
  })

  for (const sentinels of [1, 3] as const) {
    test(`sentinel: ${sentinels} promote the replica of a killed master`, async ({ expect, onTestFinished }) => {
      const group = await startSentinel({ sentinels })
      onTestFinished(() => group.stop())
      const [first] = group.sentinels
      if (first === undefined) throw new Error('There is a sentinel.')
      const whoIsMaster = () => askRedis(first.port, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', group.masterName)
      expect(await whoIsMaster()).toEqual(['127.0.0.1', `${group.master.port}`])
      await askRedis(group.master.port, 'SET', 'key', 'value')
      await expect.poll(() => askRedis(group.replica.port, 'GET', 'key')).toBe('value')
      await group.master.kill()
      await expect.poll(whoIsMaster, { timeout: 15_000 }).toEqual(['127.0.0.1', `${group.replica.port}`])
      expect(await askRedis(group.replica.port, 'GET', 'key')).toBe('value')
    })
  }
})

async function attempt(port: number, ...command: string[]) {
  return await askRedis(port, ...command).catch((error: Error) => error.message)
}
