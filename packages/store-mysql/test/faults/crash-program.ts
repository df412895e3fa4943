import { workUntilKilled } from '@sess/testkit'
import { MysqlStore, type MysqlStoreOptions } from '../../src/index.ts'

workUntilKilled((options) => new MysqlStore(options as MysqlStoreOptions))
