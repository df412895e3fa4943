import { type CallOptions, invalidArgument, SessionManager, type SessionManagerOptions, type Store } from '@sess/core'
import type { Config } from '../config.ts'
import { type Origins, originsOf } from '../origins.ts'
import { openMemory } from './open-memory.ts'
import { openMysql } from './open-mysql.ts'
import { openRedis } from './open-redis.ts'

/** What a manager needs and no file can hold. */
export type Ports = Pick<SessionManagerOptions, 'agent' | 'promptComposer' | 'resources' | 'tools' | 'audit' | 'logger'>

const portNames = ['agent', 'promptComposer', 'resources', 'tools', 'audit', 'logger']

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
  const store = await storeOf(config, origins)
  try {
    await store.open(options)
    const manager = new SessionManager({ ...ports, store, ...managerOptions(config) })
    warnOfNoEffect(origins, ports)
    return manager
  } catch (error) {
    await store.close()
    throw error
  }
}

async function storeOf({ store }: Config, origins: Origins): Promise<Store> {
  if (store.type === 'redis') return await openRedis(store.redis, origins)
  if (store.type === 'mysql') return await openMysql(store.mysql, origins)
  return await openMemory(store.memory)
}

function managerOptions({ store, cleanup, defaultOrgId, ...config }: Config) {
  const { enabled, batchSize } = cleanup
  const ownIntervalMs = store.type === 'memory' ? store.memory.cleanupIntervalMs : null
  const { expiry, limits, turns, promptFailure, auditFailure } = config
  return {
    ...{ expiry, limits, turns, promptFailure, auditFailure },
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
