import { type CallOptions, isSessError, type JsonObject, type StoreHealth } from '@sess/core'
import type { Backend } from './backend.ts'

/** From so long on an answer to the shortest of commands is a problem. */
const slowMs = 500

/** What INFO says, by name. */
type Info = Readonly<Record<string, string>>

/** Asks the server, or each master of a cluster. A server that is down is an answer, not an error. */
export async function storeHealth(backend: Backend, options: CallOptions | undefined): Promise<StoreHealth> {
  const startedAt = performance.now()
  const elapsedMs = (): number => performance.now() - startedAt
  try {
    return await backend.during(options, async () => {
      const [seconds, micros] = (await backend.command(options, 'time')) as readonly [string, string]
      const latencyMs = elapsedMs()
      const servers = (await backend.commandEach(options, 'info')).map((text) => infoOf(`${text}`))
      const cluster = backend.isCluster ? infoOf(`${await backend.command(options, 'cluster', 'info')}`) : {}
      const obstacles = [...servers.flatMap(obstaclesOf), ...clusterObstaclesOf(cluster)]
      const problems = [...obstacles, ...slownessOf(latencyMs), ...servers.flatMap(threatsOf)]
      return {
        ok: obstacles.length === 0,
        now: Number(seconds) * 1000 + Math.floor(Number(micros) / 1000),
        latencyMs,
        problems,
        details: { mode: backend.isCluster ? 'cluster' : 'single', servers: servers.map(detailsOf) },
      }
    })
  } catch (error) {
    if (!isSessError(error, 'STORE_UNAVAILABLE')) throw error
    // Without a server there is no clock but this one.
    return { ok: false, now: Date.now(), latencyMs: elapsedMs(), problems: [`${sentence(error.message)}`], details: {} }
  }
}

/** @returns what a server says that the store cannot work with. */
export function unfitness(info: Info, isCluster: boolean): string | null {
  const [major = 0, minor = 0] = (info.redis_version ?? '').split('.').map(Number)
  if (major < 6 || (major === 6 && minor < 2)) return `Redis ${info.redis_version} is too old: 6.2 is needed`
  if (info.cluster_enabled === '1' && !isCluster) return 'this Redis is part of a cluster, and needs a cluster client'
  return null
}

export function infoOf(text: string): Info {
  const lines = text.split('\r\n').filter((line) => line.includes(':') && !line.startsWith('#'))
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}

/** What keeps a server from reading and writing. */
function obstaclesOf(info: Info): string[] {
  const obstacles: string[] = []
  if (info.role === 'slave') obstacles.push('This Redis is a replica: it takes no writes.')
  if (Number(info.maxmemory) > 0 && Number(info.used_memory) >= Number(info.maxmemory))
    obstacles.push('Redis has used up maxmemory: every write is refused.')
  if (info.loading === '1') obstacles.push('Redis is loading its data.')
  return obstacles
}

/** What works now, and may not for long, or loses data. */
function threatsOf(info: Info): string[] {
  const problems: string[] = []
  const policy = info.maxmemory_policy
  const [used, most] = [Number(info.used_memory), Number(info.maxmemory)]
  if (policy !== undefined && policy !== 'noeviction') {
    problems.push(
      `The maxmemory-policy is ${policy}: under pressure Redis throws sessions away that were acknowledged. Set it to noeviction.`,
    )
  }
  if (most > 0 && used > most * 0.9 && used < most) {
    problems.push(`Of maxmemory, ${Math.floor((used / most) * 100)} % is used: at 100 % every write is refused.`)
  }
  if (info.aof_enabled === '1' && info.aof_last_write_status !== 'ok') {
    problems.push('Redis could not write its append-only file: what it acknowledged may be lost.')
  }
  if (info.rdb_last_bgsave_status === 'err') problems.push('Redis could not save its snapshot; see its log.')
  return problems
}

function clusterObstaclesOf({ cluster_state: state = 'ok' }: Info): string[] {
  return state === 'ok' ? [] : [`The cluster's state is ${state}: some slots cannot be reached.`]
}

function slownessOf(latencyMs: number): string[] {
  if (latencyMs < slowMs) return []
  return [`Redis took ${Math.round(latencyMs)} ms to answer: it, its machine or the network is overloaded.`]
}

function detailsOf(info: Info): JsonObject {
  return {
    version: info.valkey_version ?? info.redis_version ?? '',
    role: info.role ?? '',
    usedMemoryBytes: Number(info.used_memory),
    maxMemoryBytes: Number(info.maxmemory),
    maxMemoryPolicy: info.maxmemory_policy ?? '',
    appendOnly: info.aof_enabled === '1',
    replicas: Number(info.connected_slaves),
    clients: Number(info.connected_clients),
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
