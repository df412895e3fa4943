import { MysqlStore, type MysqlStoreOptions } from '@sess/store-mysql'
import { workBesideErasure } from './erasing-worker.ts'

workBesideErasure((options) => new MysqlStore(options as MysqlStoreOptions))
