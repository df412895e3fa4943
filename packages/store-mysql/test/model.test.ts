import { testStoreAgainstModel } from '@sess/testkit'
import { test } from 'vitest'
import { onEachDatabase } from './each-database.ts'
import { storeGroup } from './stores.ts'

onEachDatabase((newDatabase) => {
  let database: Promise<string> | undefined
  testStoreAgainstModel({
    test,
    // Each makes its own tables.
    runs: 40,
    create: async () => {
      database ??= newDatabase()
      const group = storeGroup({ url: await database })
      return { store: group.open(), dispose: () => group.dispose() }
    },
  })
})
