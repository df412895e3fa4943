import { sharedRedis } from '@sess/test-servers'
import { testStoreAgainstModel } from '@sess/testkit'
import { describe, inject, test } from 'vitest'
import { storeGroup } from './stores.ts'

describe('RedisStore on one server', () => {
  testStoreAgainstModel({
    test,
    runs: 200,
    create: async () => {
      const group = storeGroup({ url: await sharedRedis(inject('testServers')) })
      return { store: group.open(), dispose: () => group.dispose() }
    },
  })
})
