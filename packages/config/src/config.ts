import type { CleanupSettings, Limits, PromptFailure, SessionExpiry, TurnSettings, WatchSettings } from '@sess/core'
import type { EncryptionKey } from './kinds/key-ring.ts'
import type { Secret } from './secret.ts'

/** A configuration that was checked, with its defaults. Frozen. */
export interface Config {
  readonly store: {
    readonly type: 'memory' | 'redis' | 'mysql'
    readonly memory: MemoryConfig
    readonly redis: RedisConfig
    readonly mysql: MysqlConfig
  }
  readonly expiry: SessionExpiry
  readonly limits: Limits
  readonly cleanup: CleanupSettings & { readonly enabled: boolean }
  readonly turns: TurnSettings
  readonly watch: WatchSettings
  readonly compression: { readonly enabled: boolean; readonly minBytes: number }
  readonly encryption: {
    readonly enabled: boolean
    readonly keys: readonly EncryptionKey[] | null
    readonly activeKey: string | null
    readonly migrate: boolean
    readonly cacheSessions: number
    readonly cacheTtlMs: number
  }
  readonly defaultOrgId: string | null
  readonly promptFailure: PromptFailure
  readonly auditFailure: 'fail' | 'warn'
}

/** The settings of the memory store. */
export interface MemoryConfig {
  readonly maxSessions: number | null
  readonly eviction: 'lru' | 'reject'
  readonly cleanupIntervalMs: number | null
}

/** The settings of the Redis store. */
export interface RedisConfig {
  /** `host:port`. Exactly one of `addr`, `cluster` and `sentinels` is not null. */
  readonly addr: string | null
  readonly cluster: readonly string[] | null
  readonly sentinels: readonly string[] | null
  readonly masterName: string | null
  readonly username: string | null
  readonly password: Secret | null
  readonly db: number
  readonly sentinelUsername: string | null
  readonly sentinelPassword: Secret | null
  readonly sentinelTls: boolean
  readonly tls: TlsConfig
  readonly keyPrefix: string
  readonly timeoutMs: number
  readonly graceMs: number
  readonly topology: 'single' | 'sharded' | null
  readonly durability: 'server' | 'replica'
  readonly maxInFlight: number
  readonly maxRetries: number | null
  readonly dialTimeoutMs: number | null
  readonly readTimeoutMs: number | null
  readonly writeTimeoutMs: number | null
}

/** The settings of the MySQL store. */
export interface MysqlConfig {
  readonly host: string
  readonly port: number
  readonly username: string | null
  readonly password: Secret | null
  readonly database: string
  readonly tls: TlsConfig
  readonly tablePrefix: string
  readonly poolSize: number
  readonly timeoutMs: number
  readonly migrate: 'auto' | 'check'
}

/** Files are paths. */
export interface TlsConfig {
  readonly enabled: boolean
  readonly caFile: string | null
  readonly certFile: string | null
  readonly keyFile: string | null
  readonly serverName: string | null
  readonly insecureSkipVerify: boolean
}
