import { randomBytes } from 'node:crypto'
import { compressed, encrypted, json, KeyRing } from '@sess/core/codec'
import { type ConformanceCase, type StoreHarness, testSessionStore } from '@sess/core/conformance'
import { sharedRedis, startRedisCluster, startSentinel } from '@sess/test-servers'
import { afterAll, describe, inject, test } from 'vitest'
import type { RedisStoreOptions } from '../src/index.ts'
import { storeGroup } from './stores.ts'

const isLong = process.env.SESS_TEST_LONG === '1'

/** Every case in the long form; in the short one those where the way to the server matters most. */
function sample({ topic }: ConformanceCase): boolean {
  return isLong || ['limits', 'sweep', 'lists', 'stats', 'append', 'lifecycle'].includes(topic)
}

async function harness(options: RedisStoreOptions): Promise<StoreHarness> {
  const group = storeGroup(options)
  return { store: group.open(), peer: async () => group.open(), dispose: () => group.dispose() }
}

describe('RedisStore on one server', () => {
  const create = async () => harness({ url: await sharedRedis(inject('testServers')) })
  testSessionStore({ test, after: afterAll, create })
})

describe('RedisStore with a codec', () => {
  const keys = { k1: randomBytes(32) }
  const codec = encrypted(compressed(json(), { minBytes: 64 }), new KeyRing({ keys, active: 'k1' }))
  const create = async () => harness({ url: await sharedRedis(inject('testServers')), codec })
  const topics = ['sessions', 'chats', 'append', 'context']
  testSessionStore({ test, after: afterAll, create, only: ({ topic }) => isLong || topics.includes(topic) })
})

describe('RedisStore behind a proxy that hides a cluster', () => {
  const create = async () => harness({ url: await sharedRedis(inject('testServers')), topology: 'sharded' })
  testSessionStore({ test, after: afterAll, create, only: sample })
})

describe('RedisStore on a cluster of three masters', () => {
  const cluster = lazy(() => startRedisCluster())
  const create = async () => harness({ cluster: (await cluster.get()).urls })
  testSessionStore({ test, after: afterAll, create, only: sample })
  afterAll(async () => (await cluster.opened())?.stop())
})

describe('RedisStore behind Sentinel', () => {
  const group = lazy(() => startSentinel())
  const create = async () => {
    const { sentinels, masterName } = await group.get()
    return harness({ sentinels: sentinels.map(({ url }) => url), masterName })
  }
  testSessionStore({ test, after: afterAll, create, only: (one) => isLong || one.topic === 'lifecycle' })
  afterAll(async () => (await group.opened())?.stop())
})

function lazy<Value>(open: () => Promise<Value>) {
  let opening: Promise<Value> | undefined
  return {
    get() {
      opening ??= open()
      return opening
    },
    opened: () => opening,
  }
}
