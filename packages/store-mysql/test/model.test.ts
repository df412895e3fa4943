import { sharedDatabase } from '@sess/test-servers'
import { testStoreAgainstModel } from '@sess/testkit'
import { describe, inject, test } from 'vitest'
import { storeGroup } from './stores.ts'

describe('MysqlStore', () => {
  let database: Promise<string> | undefined
  testStoreAgainstModel({
    test,
    runs: 150,
    create: async () => {
      database ??= sharedDatabase(inject('testServers'))
      const group = storeGroup({ url: await database })
      return { store: group.open(), dispose: () => group.dispose() }
    },
  })
})
