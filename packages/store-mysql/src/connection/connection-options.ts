import type { SslOptions } from 'mysql2'

/** Where the database is, in parts. */
export interface MysqlConnectionOptions {
  readonly host: string
  /** @default 3306 */
  readonly port?: number | undefined
  readonly user: string
  readonly password?: string | undefined
  readonly database: string
}

/** Whether and how connections that the store makes use TLS. */
export type MysqlTls = boolean | SslOptions | undefined
