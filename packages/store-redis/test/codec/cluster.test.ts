import { randomBytes } from 'node:crypto'
import { SessionManager } from '@sess/core'
import {
  encrypted,
  json,
  KeyRing,
  keyUsage,
  retireKey,
  rewrapKeys,
  rotateDataKey,
  shredSession,
} from '@sess/core/codec'
import { askRedis, type RedisCluster, startRedisCluster } from '@sess/test-servers'
import { bundleProgram, Markers, plantMarkers, testKeys } from '@sess/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RedisStore } from '../../src/index.ts'
import { storeGroup } from '../stores.ts'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster({ args: ['--rdbcompression', 'no'] })
}, 60_000)
afterAll(() => cluster?.stop())

test('on a cluster no words are in the files of any node, and keys are rotated, retired and erased', async () => {
  const ring = new KeyRing({ keys: { k1: randomBytes(32) }, active: 'k1' })
  const codec = encrypted(json(), ring, { cacheTtlMs: 1 })
  const store = new RedisStore({ cluster: cluster.urls, codec })
  const markers = new Markers()
  await plantMarkers(store, markers)
  for (const { port } of cluster.nodes) await askRedis(port, 'SAVE')
  expect(markers.count).toBeGreaterThanOrEqual(1_000)
  for (const { dataDir } of cluster.nodes) expect(markers.foundIn(dataDir)).toBe(0)

  const manager = new SessionManager({ store, cleanup: false })
  // Many owners, so that every node has some of the keys.
  const owners = Array.from({ length: 30 }, (_, index) => ({ orgId: 'acme', userId: `user-${index}` }))
  const sessions = await Promise.all(owners.map((owner) => manager.for(owner).createSession({ name: owner.userId })))
  ring.add('k2', randomBytes(32))
  ring.activate('k2')
  const { rewrapped } = await rewrapKeys(store, ring)
  expect([rewrapped, await keyUsage(store, 'k1')]).toEqual([60 + owners.length, 0])
  // The first thing that a client does: it must not take a cluster that it has not reached yet for an empty one.
  const fresh = new RedisStore({ cluster: cluster.urls, codec })
  expect(await keyUsage(fresh, 'k2')).toBe(60 + owners.length)
  await fresh.close()
  await retireKey(store, ring, 'k1')
  for (const [index, session] of sessions.entries()) {
    const ref = { id: session.id, owner: session.record.owner }
    if (index % 3 === 0) expect(await rotateDataKey(store, ring, ref)).toBe(2)
    await session.addMessage(`after ${index}`)
    const [message] = await session.getMessages()
    expect([message?.content, (await session.refresh()).name]).toEqual([`after ${index}`, `user-${index}`])
    if (index % 5 === 0) expect(await shredSession(store, ref)).toBe(true)
  }
  expect(await keyUsage(store, 'k2')).toBe(60 + owners.length - 6)
  await manager.close()
}, 120_000)

describe.runIf(process.env.SESS_TEST_LONG === '1')('on a cluster', () => {
  testKeys({
    program: () =>
      bundleProgram(
        new URL('keys-program.ts', import.meta.url),
        new URL('../../', import.meta.url),
        'codec/keys-worker',
      ),
    async place() {
      for (const { port } of cluster.nodes) await askRedis(port, 'FLUSHALL')
      const group = storeGroup({ cluster: cluster.urls })
      const options = { cluster: cluster.urls, keyPrefix: group.keyPrefix }
      return { options, open: (codec) => group.open({ codec }), dispose: () => group.dispose() }
    },
  })
})
