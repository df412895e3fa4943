import { randomBytes } from 'node:crypto'
import type { StoreHarness } from '@sess/core/conformance'
import { MemoryStore } from '@sess/store-memory'
import { MysqlStore } from '@sess/store-mysql'
import { RedisStore } from '@sess/store-redis'
import { sharedDatabase, sharedRedis } from '@sess/test-servers'
import { testStoresSideBySide } from '@sess/testkit'
import { describe, inject, test } from 'vitest'

const prefix = () => `t${randomBytes(5).toString('hex')}_`

async function memory(): Promise<StoreHarness> {
  const store = new MemoryStore()
  return { store, dispose: () => store.close() }
}

describe('MemoryStore beside RedisStore', () => {
  const redis = async (): Promise<StoreHarness> => {
    const store = new RedisStore({ url: await sharedRedis(inject('testServers')), keyPrefix: prefix() })
    return { store, dispose: () => store.close() }
  }
  testStoresSideBySide({ test, runs: 60, a: memory, b: redis })
})

describe('MemoryStore beside MysqlStore', () => {
  let database: Promise<string> | undefined
  const mysql = async (): Promise<StoreHarness> => {
    database ??= sharedDatabase(inject('testServers'))
    const store = new MysqlStore({ url: await database, tablePrefix: prefix(), timeoutMs: 20_000 })
    return { store, dispose: () => store.close() }
  }
  testStoresSideBySide({ test, runs: 30, a: memory, b: mysql })
})
