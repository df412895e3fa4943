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

/** TLS as the driver takes it. */
export interface MysqlTlsOptions extends SslOptions {
  /** The name that the certificate must have. @default the host */
  readonly servername?: string | undefined
}

/** Whether and how connections that the store makes use TLS. */
export type MysqlTls = boolean | MysqlTlsOptions | undefined
