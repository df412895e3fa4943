import { newId } from '@sess/core'
import { RedisStore } from '@sess/store-redis'
import { startRedis, startRedisCluster } from '@sess/test-servers'
import { Cluster, Redis } from 'ioredis'
import { redisMeter } from '../servers/redis-meter.ts'
import type { ServerMeter } from '../servers/server-meter.ts'

/** A Redis of its own, with a plain client for the floors, and stores beside it. */
export interface RedisPlace {
  readonly version: string
  readonly url: string
  readonly client: Redis | Cluster
  readonly meter: ServerMeter
  /** A store whose keys nobody else uses, on a connection of its own. */
  newStore(): RedisStore
  close(): Promise<void>
}

/** When Redis writes its log to the disk; `off` keeps none. */
export type AppendOnly = 'off' | 'everysec' | 'always'

export async function openRedisPlace(appendOnly: AppendOnly = 'off'): Promise<RedisPlace> {
  const log = appendOnly === 'off' ? ['--appendonly', 'no'] : ['--appendonly', 'yes', '--appendfsync', appendOnly]
  const server = await startRedis({ args: log })
  const client = new Redis(server.url)
  const stores: RedisStore[] = []
  return {
    version: server.version,
    url: server.url,
    client,
    meter: redisMeter([client], [server.pid]),
    newStore: () => kept(stores, new RedisStore({ url: server.url, keyPrefix: `${newId()}:` })),
    async close() {
      await Promise.all(stores.map((store) => store.close()))
      client.disconnect()
      await server.stop()
    },
  }
}

/** A cluster of three masters without replicas. */
export async function openRedisClusterPlace(): Promise<RedisPlace> {
  const { urls, nodes, stop } = await startRedisCluster()
  const client = new Cluster([...urls])
  const observers = urls.map((url) => new Redis(url))
  const stores: RedisStore[] = []
  return {
    version: nodes[0]?.version ?? '',
    url: urls[0] ?? '',
    client,
    meter: redisMeter(
      observers,
      nodes.map(({ pid }) => pid),
    ),
    newStore: () => kept(stores, new RedisStore({ cluster: urls, keyPrefix: `${newId()}:` })),
    async close() {
      await Promise.all(stores.map((store) => store.close()))
      for (const observer of observers) observer.disconnect()
      client.disconnect()
      await stop()
    },
  }
}

function kept<Store>(stores: Store[], store: Store): Store {
  stores.push(store)
  return store
}
