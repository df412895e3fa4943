import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { askRedis, type RedisPlace } from './ask-redis.ts'
import { lastClusterPort } from './free-port.ts'
import { redisArguments, redisPlan } from './redis.ts'
import { findRedisForGroup, until } from './redis-group.ts'
import type { ServerPlan, ServerProcess } from './server-process.ts'
import { onFreePorts, startGroup, stopGroup } from './start-server.ts'
import type { Certificate } from './test-authority.ts'
import type { TestServer } from './test-server.ts'

export interface RedisClusterOptions {
  /** @default 3 */
  readonly masters?: number
  /** Replicas of each master. @default 0 */
  readonly replicas?: 0 | 1
  /** More arguments for every redis-server. */
  readonly args?: readonly string[]
  /** Nodes listen with TLS, and speak it with one another. */
  readonly tls?: Certificate | undefined
}

export interface RedisCluster {
  /** The URLs of all nodes, masters first. */
  readonly urls: readonly string[]
  /** All nodes, masters first; the replica of the first master is the first after them. */
  readonly nodes: readonly TestServer[]
  stop(): Promise<void>
}

/**
 * Starts a cluster in about 2.2 s; 2 s of them a master waits before it takes writes, whatever one does.
 *
 * Ready means: every node is connected to all others and says `cluster_state:ok`, and the replicas are in step.
 */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const { masters = 3, replicas = 0, args = [], tls } = options
  const program = await findRedisForGroup()
  const start = async (ports: readonly number[]): Promise<RedisCluster> => {
    const members = planMembers(ports, masters)
    const plan = redisPlan(program, (place) => [...redisArguments(place, { tls }), ...clusterArguments, ...args], tls)
    const started: ServerProcess[] = []
    const stop = () => stopGroup(started)
    try {
      const nodes = await startGroup(
        members.map((member) => ({ port: member.port, plan: withNodesFile(plan, members, member) })),
        started,
      )
      await until('The cluster', 30_000, async () => {
        const ready = await Promise.all(ports.map((port) => isReady({ port, ca: tls?.ca }, ports.length)))
        return ready.every(Boolean)
      })
      return { urls: nodes.map(({ url }) => url), nodes, stop }
    } catch (error) {
      await stop()
      throw error
    }
  }
  return await onFreePorts(masters * (1 + replicas), start, lastClusterPort)
}

const clusterArguments = [
  ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-node-timeout', '1000'],
  ...['--repl-diskless-sync-delay', '0'],
]

const slots = 16_384

interface Member {
  readonly id: string
  readonly port: number
  /** The slots of a master, `0-5460`; the master of a replica. */
  readonly role: { readonly slots: string } | { readonly masterId: string }
}

function planMembers(ports: readonly number[], masters: number): Member[] {
  const ids = ports.map(() => randomBytes(20).toString('hex'))
  return ports.map((port, index) => {
    const id = ids[index] ?? ''
    if (index >= masters) return { id, port, role: { masterId: ids[index % masters] ?? '' } }
    const [first, next] = [index, index + 1].map((share) => Math.floor((share * slots) / masters))
    return { id, port, role: { slots: `${first}-${(next ?? slots) - 1}` } }
  })
}

/**
 * Writes the whole cluster into a node's own file, as it is there after a restart: no meeting, no gossip to wait for. The
 * form is that of Redis 4, which later ones and Valkey read too.
 */
function withNodesFile(plan: ServerPlan, members: readonly Member[], self: Member): ServerPlan {
  const lines = members.map(({ id, port, role }, index) => {
    const flags = `${id === self.id ? 'myself,' : ''}${'slots' in role ? 'master' : 'slave'}`
    const master = 'slots' in role ? '-' : role.masterId
    const epoch = 'slots' in role ? index + 1 : 0
    const owned = 'slots' in role ? ` ${role.slots}` : ''
    return `${id} 127.0.0.1:${port}@${port + 10_000} ${flags} ${master} 0 0 ${epoch} connected${owned}\n`
  })
  const text = `${lines.join('')}vars currentEpoch ${members.length} lastVoteEpoch 0\n`
  return {
    ...plan,
    async prepare(place) {
      await plan.prepare?.(place)
      await writeFile(join(place.dataDir, 'nodes.conf'), text)
    },
  }
}

async function isReady(place: RedisPlace, members: number): Promise<boolean> {
  const info = `${await askRedis(place, 'CLUSTER', 'INFO')}`
  if (!info.includes('cluster_state:ok') || !info.includes(`cluster_known_nodes:${members}`)) return false
  const nodes = `${await askRedis(place, 'CLUSTER', 'NODES')}`.trim().split('\n')
  if (!nodes.every((line) => line.includes(' connected'))) return false
  return !/master_link_status:down/.test(`${await askRedis(place, 'INFO', 'replication')}`)
}
