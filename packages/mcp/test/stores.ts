import type { Store } from '@sess/core'
import { MysqlStore } from '@sess/store-mysql'
import { RedisStore } from '@sess/store-redis'

/** Where a store is that several processes share. */
export interface StoreAt {
  readonly kind: 'redis' | 'mysql'
  readonly url: string
  /** Keys or tables that nobody else uses. */
  readonly prefix: string
}

export function openStore({ kind, url, prefix }: StoreAt): Store {
  return kind === 'redis' ? new RedisStore({ url, keyPrefix: prefix }) : new MysqlStore({ url, tablePrefix: prefix })
}
