import { workOnKeys } from '@sess/testkit'
import { RedisStore, type RedisStoreOptions } from '../../src/index.ts'

workOnKeys((options, codec) => new RedisStore({ ...(options as RedisStoreOptions), codec }))
