import type { Codec, Store } from '@sess/core'
import type { RedisConfig } from '../config.ts'
import type { Origins } from '../origins.ts'
import type { Secret } from '../secret.ts'
import { loadStorePackage } from './load-store-package.ts'
import { type TlsOptions, tlsOptions } from './tls-options.ts'

export async function openRedis(config: RedisConfig, codec: Codec | undefined, origins: Origins): Promise<Store> {
  const tls = await tlsOptions(config.tls, 'store.redis.tls', origins)
  const { RedisStore } = await loadStorePackage('@sess/store-redis', () => import('@sess/store-redis'))
  const { keyPrefix, timeoutMs, graceMs, topology, durability, maxInFlight, masterName } = config
  return new RedisStore({
    codec,
    ...targetOf(config),
    ...(masterName !== null && config.sentinels !== null && { masterName }),
    redisOptions: driverOptions(config, tls),
    keyPrefix,
    timeoutMs,
    graceMs,
    durability,
    maxInFlight,
    ...(topology !== null && { topology }),
  })
}

/** User, password and TLS go into the driver's options, where nothing has to be encoded. */
function targetOf({ addr, cluster, sentinels, ...config }: RedisConfig) {
  if (cluster !== null) return { cluster: cluster.map((address) => `redis://${address}`) }
  if (sentinels !== null) return { sentinels: sentinels.map((address) => sentinelUrl(address, config)) }
  return { url: `redis://${addr}` }
}

function sentinelUrl(
  address: string,
  config: Pick<RedisConfig, 'sentinelUsername' | 'sentinelPassword' | 'sentinelTls'>,
) {
  const { sentinelUsername, sentinelPassword, sentinelTls } = config
  const user = encodeURIComponent(sentinelUsername ?? '')
  const password = sentinelPassword === null ? '' : `:${encodeURIComponent(sentinelPassword.reveal())}`
  return `${sentinelTls ? 'rediss' : 'redis'}://${user}${password}${user + password === '' ? '' : '@'}${address}`
}

function driverOptions(config: RedisConfig, tls: TlsOptions | null) {
  const { username, password, db, maxRetries, dialTimeoutMs, readTimeoutMs, writeTimeoutMs, timeoutMs } = config
  const isWaitSet = readTimeoutMs !== null || writeTimeoutMs !== null
  return {
    db,
    ...(username !== null && { username }),
    ...revealed(password),
    ...(tls !== null && { tls: { ...tls } }),
    ...(maxRetries !== null && { maxRetriesPerRequest: maxRetries }),
    ...(dialTimeoutMs !== null && { connectTimeout: dialTimeoutMs }),
    // The driver has one time for both ways.
    ...(isWaitSet && { commandTimeout: (readTimeoutMs ?? Math.min(2_000, timeoutMs)) + (writeTimeoutMs ?? 0) }),
  }
}

function revealed(password: Secret | null): { readonly password?: string } {
  return password === null ? {} : { password: password.reveal() }
}
