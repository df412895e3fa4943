import { type Codec, invalidArgument } from '@sess/core'
import type { Kysely } from 'kysely'
import type { Pool, PoolOptions } from 'mysql2'
import type { Pool as PromisePool } from 'mysql2/promise'
import type { MysqlConnectionOptions, MysqlTls } from './connection/connection-options.ts'
import { connectionOf } from './connection/connection-url.ts'

/** Exactly one of `url`, `connection`, `pool` and `kysely` says where the database is. */
export interface MysqlStoreOptions {
  /** `mysql://user:password@host:3306/database`; user and password percent-encoded. */
  readonly url?: string | undefined
  /** The same in parts. */
  readonly connection?: MysqlConnectionOptions | undefined
  /**
   * A pool of mysql2, which the store does not close. Its connections are set to READ COMMITTED, UTC and a strict mode,
   * so it should be the store's alone.
   */
  readonly pool?: Pool | PromisePool | undefined
  /** An instance over mysql2, which the store does not close. What is said of `pool` is true of its connections. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever tables the caller has; the store does not look at them.
  readonly kysely?: Kysely<any> | undefined
  /** Begins the name of every table. Letters, digits and underscores. @default 'sess_' */
  readonly tablePrefix?: string | undefined
  /** After so long a call is answered, with `STORE_UNAVAILABLE` at the latest. @default 5_000 */
  readonly timeoutMs?: number | undefined
  /** Connections at most, of a pool that the store makes. 2 or more. @default 10 */
  readonly poolSize?: number | undefined
  /**
   * TLS to the server, for connections that the store makes. `true` checks the certificate and the name of the host
   * against the authorities of Node; an object changes that (`ca`, `cert`, `key`, …).
   *
   * @default false, or what the URL says
   */
  readonly tls?: MysqlTls
  /** Encodes what is said: compression, encryption. @default values are kept as JSON */
  readonly codec?: Codec | undefined
  /** Whether opening brings the tables up to date, or only checks them. @default 'auto' */
  readonly migrate?: 'auto' | 'check' | undefined
}

/** Options that were checked, with their defaults. */
export interface CheckedOptions {
  readonly source: { readonly pool: Pool } | { readonly kysely: Kysely<unknown> } | { readonly make: PoolOptions }
  readonly tablePrefix: string
  readonly timeoutMs: number
  readonly codec: Codec | null
  readonly migrate: 'auto' | 'check'
}

/** @throws {@link SessError} `INVALID_ARGUMENT` naming the option. */
export function checkedOptions(options: MysqlStoreOptions): CheckedOptions {
  if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'must be an object')
  const { tablePrefix = 'sess_', timeoutMs = 5_000, migrate = 'auto' } = options
  if (typeof tablePrefix !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]{0,31}$/.test(tablePrefix))
    throw invalidArgument('tablePrefix', 'must be 1 to 32 letters, digits and underscores, and begin with no digit')
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > 2_147_483_647)
    throw invalidArgument('timeoutMs', 'must be a whole number of milliseconds from 1 up')
  if (migrate !== 'auto' && migrate !== 'check') throw invalidArgument('migrate', "must be 'auto' or 'check'")
  return { source: sourceOf(options, timeoutMs), tablePrefix, timeoutMs, codec: options.codec ?? null, migrate }
}

function sourceOf(options: MysqlStoreOptions, timeoutMs: number): CheckedOptions['source'] {
  const { url, connection, pool, kysely } = options
  const given = [url, connection, pool, kysely].filter((source) => source !== undefined)
  if (given.length !== 1) throw invalidArgument('options', 'must have exactly one of url, connection, pool and kysely')
  for (const name of ['poolSize', 'tls'] as const)
    if (options[name] !== undefined && (pool !== undefined || kysely !== undefined))
      throw invalidArgument(name, 'is for connections that the store makes, and these were handed in')
  if (pool !== undefined) return { pool: callbackPool(pool) }
  if (kysely !== undefined) {
    if (typeof kysely.getExecutor !== 'function') throw invalidArgument('kysely', 'must be an instance of Kysely')
    return { kysely }
  }
  return { make: poolOptions(options, timeoutMs) }
}

function poolOptions({ url, connection, tls, poolSize = 10 }: MysqlStoreOptions, timeoutMs: number): PoolOptions {
  if (!Number.isSafeInteger(poolSize) || poolSize < 2)
    throw invalidArgument('poolSize', 'must be a whole number from 2 up')
  return {
    ...connectionOf(url, connection, tls),
    charset: 'utf8mb4',
    timezone: 'Z',
    supportBigNumbers: true,
    connectTimeout: Math.min(timeoutMs, 10_000),
    connectionLimit: poolSize,
    maxIdle: Math.max(2, poolSize >> 1),
    idleTimeout: 60_000,
    enableKeepAlive: true,
    keepAliveInitialDelay: 10_000,
    // Waiting is bounded, and has a deadline, outside of the pool.
    waitForConnections: true,
    queueLimit: 0,
  }
}

/** The pool that calls back, which is also inside the one that promises. */
function callbackPool(pool: Pool | PromisePool): Pool {
  const inner: unknown = 'pool' in pool ? pool.pool : pool
  if (typeof inner === 'object' && inner !== null && 'getConnection' in inner) return inner as Pool
  throw invalidArgument('pool', 'must be a pool of mysql2')
}
