import { randomUUID } from 'node:crypto'
import { RedisStore, type RedisStoreOptions } from '../src/index.ts'

/** Stores on one set of keys that nobody else uses. */
export interface StoreGroup {
  readonly keyPrefix: string
  open(more?: Partial<RedisStoreOptions>): RedisStore
  dispose(): Promise<void>
}

export function storeGroup(options: RedisStoreOptions): StoreGroup {
  const keyPrefix = `t${randomUUID().slice(0, 13)}:`
  const stores: RedisStore[] = []
  return {
    keyPrefix,
    open(more) {
      const store = new RedisStore({ ...options, keyPrefix, ...more })
      stores.push(store)
      return store
    },
    async dispose() {
      await Promise.all(stores.map((store) => store.close()))
    },
  }
}
