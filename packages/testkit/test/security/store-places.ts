import { randomBytes } from 'node:crypto'
import type { Store } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { MysqlStore } from '@sess/store-mysql'
import { RedisStore } from '@sess/store-redis'
import { sharedDatabase, sharedRedis } from '@sess/test-servers'
import { inject } from 'vitest'

const prefix = (): string => `t${randomBytes(5).toString('hex')}_`

/** An empty store of each kind, on the servers that all tests share. */
export const eachStore: readonly (readonly [name: string, open: () => Promise<Store>])[] = [
  ['memory', async () => new MemoryStore()],
  ['Redis', async () => new RedisStore({ url: await sharedRedis(inject('testServers')), keyPrefix: prefix() })],
  [
    'MySQL',
    async () =>
      new MysqlStore({
        ...{ url: await sharedDatabase(inject('testServers')), tablePrefix: prefix() },
        timeoutMs: 20_000,
      }),
  ],
]
