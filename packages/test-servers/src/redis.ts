import { findProgram, type Program, type Software } from './find-program.ts'
import { findRedisRelease } from './redis-release.ts'
import type { ServerPlace, ServerPlan } from './server-process.ts'
import { startServer } from './start-server.ts'
import { type Certificate, certificateFiles, writeCertificate } from './test-authority.ts'
import type { TestServer } from './test-server.ts'

export interface RedisOptions {
  /** More arguments for redis-server; they win over the ones below: `['--maxmemory', '2mb']`. */
  readonly args?: readonly string[]
  /** `always` answers a write when it is on the disk: nothing answered is lost by a kill. @default 'none' */
  readonly durability?: 'none' | 'always'
  /** `valkey-9`: see `redis-release.ts`; empty is the one of the machine. @default `SESS_TEST_REDIS_RELEASE` */
  readonly release?: string | undefined
  /** Listens with TLS, and on no other port. */
  readonly tls?: Certificate | undefined
}

export const redisSoftware: Software = {
  name: 'Redis',
  executables: ['redis-server'],
  sameAs: { 'redis-server': 'redis-check-rdb' },
  debianPackages: ['redis-tools'],
  image: 'redis:7',
}

/** Starts an empty Redis of its own, in about 50 ms. It has the names and passwords of none. */
export async function startRedis(options: RedisOptions = {}): Promise<TestServer> {
  const program = await findRedis(options.release)
  return await startServer(redisPlan(program, (place) => redisArguments(place, options), options.tls))
}

export async function findRedis(release: string | undefined = process.env.SESS_TEST_REDIS_RELEASE): Promise<Program> {
  return release ? await findRedisRelease(release) : await findProgram(redisSoftware)
}

export function redisPlan(
  program: Program,
  args: (place: ServerPlace) => readonly string[],
  tls?: Certificate | undefined,
): ServerPlan {
  return {
    program,
    executable: 'redis-server',
    kind: 'redis',
    urlPrefix: tls === undefined ? 'redis://' : 'rediss://',
    async prepare({ dataDir }) {
      if (tls !== undefined) await writeCertificate(dataDir, tls)
    },
    arguments: args,
    ready: /(?:Redis|Valkey) version=([\w.-]+)[\s\S]*Ready to accept connections/,
  }
}

export function redisArguments(place: ServerPlace, options: RedisOptions = {}): string[] {
  const durable = options.durability === 'always'
  return [
    ...(options.tls === undefined ? ['--port', `${place.port}`] : tlsArguments(place)),
    ...['--bind', place.bind, '--protected-mode', 'no'],
    ...['--dir', place.dataDir, '--save', '', '--appendonly', durable ? 'yes' : 'no', '--appendfsync', 'always'],
    ...(options.args ?? []),
  ]
}

function tlsArguments({ port, dataDir }: ServerPlace): string[] {
  const { ca, cert, key } = certificateFiles(dataDir)
  return [
    ...['--port', '0', '--tls-port', `${port}`, '--tls-auth-clients', 'no'],
    ...['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', ca],
    ...['--tls-replication', 'yes', '--tls-cluster', 'yes'],
  ]
}
