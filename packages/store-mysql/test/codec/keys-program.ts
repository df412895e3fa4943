import { workOnKeys } from '@sess/testkit'
import { MysqlStore, type MysqlStoreOptions } from '../../src/index.ts'

workOnKeys((options, codec) => new MysqlStore({ ...(options as MysqlStoreOptions), codec }))
