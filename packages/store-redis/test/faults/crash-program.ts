import { workUntilKilled } from '@sess/testkit'
import { RedisStore, type RedisStoreOptions } from '../../src/index.ts'

workUntilKilled((options) => new RedisStore(options as RedisStoreOptions))
