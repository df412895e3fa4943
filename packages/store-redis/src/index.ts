export type { RedisClient, RedisTarget } from './client.ts'
export { RedisStore, type RedisStoreOptions } from './redis-store.ts'
