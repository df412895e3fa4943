import {
  type CallOptions,
  type Codec,
  invalidArgument,
  SessionManager,
  type SessionManagerOptions,
  type Store,
} from '@sess/core'
import type { Config } from '../config.ts'
import { type Origins, originsOf } from '../origins.ts'
import { configuredCodec } from './configured-codec.ts'
import { openMemory } from './open-memory.ts'
import { openMysql } from './open-mysql.ts'
import { openRedis } from './open-redis.ts'

/** What a manager and its store need and no file can hold. */
export interface Ports
  extends Pick<SessionManagerOptions, 'agent' | 'promptComposer' | 'resources' | 'tools' | 'audit' | 'logger'> {
  /** Instead of `compression` and `encryption` of the configuration: keys of a key service, say. */
  readonly codec?: Codec | undefined
}

const portNames = ['agent', 'promptComposer', 'resources', 'tools', 'audit', 'logger', 'codec']

/**
 * A manager over the store that is configured. The store was opened, so it can be used; closing the manager closes it. Only the
 * package of that store is loaded.
 *
 * @throws {@link SessError} `PACKAGE_MISSING` with the command that installs what is missing.
 * @throws {@link SessError} `STORE_UNAVAILABLE` if the store can't be opened. Nothing stays open.
 * @throws {@link SessError} `CONFIG_INVALID` if a file of certificates can't be read.
 * @throws {@link SessError} `INVALID_ARGUMENT` if `config` is not what `loadConfig` answered, or a port is wrong.
 */
export async function createSessionManager(
  config: Config,
  ports: Ports = {},
  options?: CallOptions,
): Promise<SessionManager> {
  const origins = originsOf(config)
  for (const name of Object.keys(ports))
    if (!portNames.includes(name))
      throw invalidArgument(`ports.${name}`, `is unknown; there are ${portNames.join(', ')}`)
  const { codec, ...managerPorts } = ports
  const store = await storeOf(config, configuredCodec(config, codec), origins)
  try {
    await store.open(options)
    const manager = new SessionManager({ ...managerPorts, store, ...managerOptions(config) })
    warnOfNoEffect(origins, ports)
    return manager
  } catch (error) {
    await store.close()
    throw error
  }
}

async function storeOf({ store }: Config, codec: Codec | undefined, origins: Origins): Promise<Store> {
  if (store.type === 'redis') return await openRedis(store.redis, codec, origins)
  if (store.type === 'mysql') return await openMysql(store.mysql, codec, origins)
  return await openMemory(store.memory, codec)
}

function managerOptions({ store, cleanup, defaultOrgId, ...config }: Config) {
  const { enabled, batchSize } = cleanup
  const ownIntervalMs = store.type === 'memory' ? store.memory.cleanupIntervalMs : null
  const { expiry, limits, turns, watch, promptFailure, auditFailure } = config
  return {
    ...{ expiry, limits, turns, watch, promptFailure, auditFailure },
    cleanup: enabled ? { intervalMs: ownIntervalMs ?? cleanup.intervalMs, batchSize } : (false as const),
    ...(defaultOrgId !== null && { defaultOrgId }),
  }
}

function warnOfNoEffect({ given }: Origins, { logger }: Ports): void {
  for (const { setting, subject } of given) {
    if (setting.withoutEffect === null) continue
    logger?.warn(
      { key: subject.key, file: subject.file, line: subject.line },
      `has no effect: ${setting.withoutEffect}`,
    )
  }
}
