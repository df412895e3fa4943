export type { MysqlConnectionOptions } from './connection/connection-options.ts'
export { MysqlStore } from './mysql-store.ts'
export type { MysqlStoreOptions } from './options.ts'
export { type Migration, migrations } from './schema/migrations.ts'
