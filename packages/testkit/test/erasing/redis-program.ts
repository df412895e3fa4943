import { RedisStore, type RedisStoreOptions } from '@sess/store-redis'
import { workBesideErasure } from './erasing-worker.ts'

workBesideErasure((options) => new RedisStore(options as RedisStoreOptions))
