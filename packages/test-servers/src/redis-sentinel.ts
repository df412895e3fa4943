import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { askRedis, type RedisPlace } from './ask-redis.ts'
import { redisArguments, redisPlan } from './redis.ts'
import { findRedisForGroup, until } from './redis-group.ts'
import type { ServerPlace, ServerPlan, ServerProcess } from './server-process.ts'
import { onFreePorts, startGroup, stopGroup } from './start-server.ts'
import { type Certificate, certificateFiles } from './test-authority.ts'
import type { TestServer } from './test-server.ts'

export interface SentinelOptions {
  /** @default 1 */
  readonly sentinels?: 1 | 3
  /** More arguments for master and replica. */
  readonly args?: readonly string[]
  /** All listen with TLS, and speak it with one another. */
  readonly tls?: Certificate | undefined
}

export interface SentinelGroup {
  /** The name that the sentinels know the master by. */
  readonly masterName: string
  readonly sentinels: readonly TestServer[]
  /** As they start. After a failover they have changed places. */
  readonly master: TestServer
  readonly replica: TestServer
  stop(): Promise<void>
}

/**
 * Starts a master, a replica, and sentinels that take a master for dead after 1.2 s.
 *
 * Ready means: the replica is in step, and the sentinels know it, one another, and that they are enough for a failover.
 */
export async function startSentinel(options: SentinelOptions = {}): Promise<SentinelGroup> {
  const { sentinels: count = 1, args = [], tls } = options
  const at = (port: number): RedisPlace => ({ port, ca: tls?.ca })
  const program = await findRedisForGroup()
  return await onFreePorts(2 + count, async ([masterPort = 0, replicaPort = 0, ...sentinelPorts]) => {
    const follow = ['--replicaof', '127.0.0.1', `${masterPort}`]
    const serverArguments = (place: ServerPlace) => [
      ...redisArguments(place, { tls }),
      ...(place.port === replicaPort ? follow : []),
      ...['--repl-diskless-sync-delay', '0', ...args],
    ]
    const plan = redisPlan(program, serverArguments, tls)
    const ids = sentinelPorts.map(() => randomBytes(20).toString('hex'))
    const started: ServerProcess[] = []
    const stop = () => stopGroup(started)
    try {
      // One after the other: who finds the next one missing, or out of step, looks again a second later.
      const [master] = await startGroup([{ port: masterPort, plan }], started)
      const [replica] = await startGroup([{ port: replicaPort, plan }], started)
      await until('The replica', 30_000, () => isInStep(at(replicaPort)))
      const sentinels = await startGroup(
        sentinelPorts.map((port, index) => {
          const config = sentinelFile({ port, masterPort, replicaPort, sentinelPorts, ids, index })
          return { port, plan: sentinelPlan(plan, config) }
        }),
        started,
      )
      await until('Sentinel', 30_000, async () =>
        (await Promise.all(sentinelPorts.map((port) => isReady(at(port))))).every(Boolean),
      )
      if (master === undefined || replica === undefined) throw new Error('The group has no master and replica.')
      return { masterName, sentinels, master, replica, stop }
    } catch (error) {
      await stop()
      throw error
    }
  })
}

const masterName = 'sess'

function sentinelPlan(plan: ServerPlan, config: string): ServerPlan {
  return {
    ...plan,
    kind: 'sentinel',
    // Sentinel rewrites its file as it goes, so the file is all it is given.
    async prepare(place) {
      await plan.prepare?.(place)
      const tls = plan.urlPrefix === 'rediss://' ? tlsLines(place) : ''
      await writeFile(join(place.dataDir, 'sentinel.conf'), `${config}dir ${place.dataDir}\n${tls}`)
    },
    arguments: ({ dataDir }) => [join(dataDir, 'sentinel.conf'), '--sentinel'],
    ready: /(?:Redis|Valkey) version=([\w.-]+)[\s\S]*\+monitor/,
  }
}

/** The last word on the port is that of TLS. */
function tlsLines({ port, dataDir }: ServerPlace): string {
  const { ca, cert, key } = certificateFiles(dataDir)
  const files = `tls-cert-file ${cert}\ntls-key-file ${key}\ntls-ca-cert-file ${ca}\n`
  return `port 0\ntls-port ${port}\n${files}tls-auth-clients no\ntls-replication yes\n`
}

interface SentinelPlace {
  readonly port: number
  readonly masterPort: number
  readonly replicaPort: number
  readonly sentinelPorts: readonly number[]
  readonly ids: readonly string[]
  readonly index: number
}

/** Names replica and sentinels beforehand, as after a restart: by themselves they meet after some seconds. */
function sentinelFile({ port, masterPort, replicaPort, sentinelPorts, ids, index }: SentinelPlace): string {
  const quorum = Math.floor(ids.length / 2) + 1
  const others = ids.flatMap((id, other) => {
    return other === index ? [] : [`sentinel known-sentinel ${masterName} 127.0.0.1 ${sentinelPorts[other]} ${id}`]
  })
  const lines = [
    ...[`port ${port}`, 'bind 127.0.0.1', 'protected-mode no'],
    `sentinel myid ${ids[index]}`,
    `sentinel monitor ${masterName} 127.0.0.1 ${masterPort} ${quorum}`,
    // Sentinel dials again at most once in a second: with less it takes the new master for dead before it has called it.
    `sentinel down-after-milliseconds ${masterName} 1200`,
    `sentinel failover-timeout ${masterName} 1500`,
    `sentinel known-replica ${masterName} 127.0.0.1 ${replicaPort}`,
    ...others,
  ]
  return `${lines.join('\n')}\n`
}

async function isInStep(replica: RedisPlace): Promise<boolean> {
  return `${await askRedis(replica, 'INFO', 'replication')}`.includes('master_link_status:up')
}

async function isReady(sentinel: RedisPlace): Promise<boolean> {
  // Refused with NOQUORUM until enough sentinels have answered one another.
  await askRedis(sentinel, 'SENTINEL', 'CKQUORUM', masterName)
  const replicas = JSON.stringify(await askRedis(sentinel, 'SENTINEL', 'REPLICAS', masterName))
  return replicas.includes('"flags","slave"') && replicas.includes('"master-link-status","ok"')
}
