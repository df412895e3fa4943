import { randomBytes } from 'node:crypto'
import { compressed, encrypted, json, KeyRing } from '@sess/core/codec'
import { type ConformanceCase, type StoreHarness, testSessionStore } from '@sess/core/conformance'
import { sharedDatabase, startMysql } from '@sess/test-servers'
import { Kysely, MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'
import { createPool as createPromisePool } from 'mysql2/promise'
import { afterAll, beforeAll, describe, inject, test } from 'vitest'
import type { MysqlStoreOptions } from '../src/index.ts'
import { storeGroup } from './stores.ts'

const isLong = process.env.SESS_TEST_LONG === '1'

/** Every case in the long form; in the short one those where the way to the server matters most. */
function sample({ topic }: ConformanceCase): boolean {
  return isLong || ['append', 'lifecycle'].includes(topic)
}

async function harness(options: MysqlStoreOptions, end?: () => Promise<void>): Promise<StoreHarness> {
  // A thousand calls at once wait for one another, on a busy machine long.
  const group = storeGroup({ timeoutMs: 50_000, ...options })
  return {
    store: group.open(),
    peer: async () => group.open(),
    dispose: async () => {
      await group.dispose()
      await end?.()
    },
  }
}

const patiently = (name: string, run: () => Promise<void>) => test(name, run, 60_000)
const database = lazy(() => sharedDatabase(inject('testServers')))

describe('MysqlStore', () => {
  testSessionStore({ test: patiently, after: afterAll, create: async () => harness({ url: await database() }) })
})

describe('MysqlStore with a codec', () => {
  const keys = { k1: randomBytes(32) }
  const codec = encrypted(compressed(json(), { minBytes: 64 }), new KeyRing({ keys, active: 'k1' }))
  const create = async () => harness({ url: await database(), codec })
  const topics = ['sessions', 'chats', 'append', 'context']
  testSessionStore({ test: patiently, after: afterAll, create, only: ({ topic }) => isLong || topics.includes(topic) })
})

describe('MysqlStore on a pool that was handed in', () => {
  const create = async () => {
    const pool = createPool({
      uri: await database(),
      connectionLimit: 8,
      supportBigNumbers: true,
      bigNumberStrings: true,
    })
    return harness({ pool }, () => pool.promise().end())
  }
  testSessionStore({ test: patiently, after: afterAll, create, only: sample })
})

describe('MysqlStore on a pool of promises that was handed in', () => {
  const create = async () => {
    const pool = createPromisePool({ uri: await database(), connectionLimit: 3 })
    return harness({ pool }, () => pool.end())
  }
  testSessionStore({ test: patiently, after: afterAll, create, only: ({ topic }) => topic === 'lifecycle' })
})

describe('MysqlStore on an instance of Kysely that was handed in', () => {
  const create = async () => {
    const pool = createPool({ uri: await database(), connectionLimit: 8 })
    const kysely = new Kysely<unknown>({ dialect: new MysqlDialect({ pool }) })
    return harness({ kysely }, () => kysely.destroy())
  }
  testSessionStore({ test: patiently, after: afterAll, create, only: sample })
})

describe.runIf(process.env.SESS_TEST_MYSQL === '1')('MysqlStore on a real MySQL', () => {
  const server = lazy(() => startMysql())
  beforeAll(async () => void (await server()), 120_000)
  afterAll(async () => (await server())?.stop())
  const create = async () => {
    const mysql = await server()
    if (mysql === null) throw new Error('there is no MySQL here')
    return harness({ url: await mysql.database() })
  }
  testSessionStore({ test: patiently, after: afterAll, create })
})

function lazy<Value>(open: () => Promise<Value>): () => Promise<Value> {
  let opening: Promise<Value> | undefined
  return () => {
    opening ??= open()
    return opening
  }
}
