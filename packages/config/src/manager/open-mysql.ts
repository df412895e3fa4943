import type { Codec, Store } from '@sess/core'
import type { MysqlConfig } from '../config.ts'
import type { Origins } from '../origins.ts'
import { loadStorePackage } from './load-store-package.ts'
import { tlsOptions } from './tls-options.ts'

export async function openMysql(config: MysqlConfig, codec: Codec | undefined, origins: Origins): Promise<Store> {
  const tls = await tlsOptions(config.tls, 'store.mysql.tls', origins)
  const { MysqlStore } = await loadStorePackage('@sess/store-mysql', () => import('@sess/store-mysql'))
  const { host, port, username, password, database, tablePrefix, timeoutMs, poolSize, migrate } = config
  return new MysqlStore({
    codec,
    connection: { host, port, user: username ?? '', database, password: password?.reveal() },
    ...(tls !== null && { tls }),
    tablePrefix,
    timeoutMs,
    poolSize,
    migrate,
  })
}
