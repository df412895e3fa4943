import { invalidArgument } from '@sess/core'
import { Cluster, Redis, type RedisOptions } from 'ioredis'

/** What the store needs of a client. `Redis` and `Cluster` of ioredis have it. */
export interface RedisClient {
  readonly status: string
  readonly options: object
  call(command: string, ...args: string[]): Promise<unknown>
  on(event: 'ready' | 'error' | '-node', listener: (error?: unknown) => void): unknown
  off(event: 'ready' | 'error' | '-node', listener: (error?: unknown) => void): unknown
  disconnect(): void
  connect?(): Promise<unknown>
  /** Needed for `durability: 'replica'`. */
  pipeline?(commands: string[][]): { exec(): Promise<readonly (readonly [Error | null, unknown])[] | null> }
  /** A cluster has it. */
  nodes?(role: 'master'): readonly RedisClient[]
}

/** Where Redis is: exactly one of `url`, `client`, `cluster` and `sentinels`. */
export interface RedisTarget {
  /** One server: `redis://user:password@host:6379/0`, or `rediss://` for TLS. */
  readonly url?: string | undefined
  /** A `Redis` or `Cluster` of ioredis, which stays yours: the store never closes it. */
  readonly client?: RedisClient | undefined
  /** URLs of some nodes of a cluster. User, password and TLS are those of the first. */
  readonly cluster?: readonly string[] | undefined
  /** URLs of sentinels. Needs `masterName`. */
  readonly sentinels?: readonly string[] | undefined
  readonly masterName?: string | undefined
  /** More options for the connections that the store opens: TLS certificates, the password behind sentinels. */
  readonly redisOptions?: RedisOptions | undefined
}

/** ioredis 6 can shape replies in two ways; ioredis 5 knows this one. */
type OwnOptions = RedisOptions & { readonly replyMapping: 'legacy' }

export interface OpenedClient {
  readonly client: RedisClient
  /** Whether the store opened it, and closes it. */
  readonly isOwn: boolean
  /** Opens another connection to the same place. */
  another(): RedisClient
}

/** Takes or makes a client. It connects with the first command. @throws {@link SessError} `INVALID_ARGUMENT`. */
export function openClient(target: RedisTarget, timeoutMs: number): OpenedClient {
  const { url, client, cluster, sentinels, masterName, redisOptions } = target
  const given = Object.entries({ url, client, cluster, sentinels }).filter(([, value]) => value !== undefined)
  if (given.length !== 1) throw invalidArgument('options', 'must have one of url, client, cluster and sentinels')
  const options: OwnOptions = { ...ownOptions(timeoutMs), ...redisOptions, replyMapping: 'legacy' }
  if (client !== undefined) {
    assertUsable(client)
    return { client, isOwn: false, another: () => duplicateOf(client) }
  }
  assertUsable({ options })
  let open = (): RedisClient => new Redis(checkedUrl(url, 'url').href, options)
  if (cluster !== undefined) open = () => openCluster(cluster, options)
  if (sentinels !== undefined) open = () => openSentinel(sentinels, masterName, options)
  return { client: opened(open), isOwn: true, another: () => opened(open) }
}

export function isCluster(client: RedisClient): boolean {
  return typeof client.nodes === 'function'
}

function opened(open: () => RedisClient): RedisClient {
  const client = open()
  // What goes wrong is told by the commands. Without a listener ioredis would print it.
  client.on('error', () => {})
  return client
}

function ownOptions(timeoutMs: number): RedisOptions {
  // A call should see more than one attempt to connect before its time is up.
  const longestPauseMs = Math.min(1000, Math.max(50, timeoutMs / 4))
  return {
    lazyConnect: true,
    connectionName: 'sess',
    enableAutoPipelining: false,
    commandTimeout: Math.min(2000, timeoutMs),
    connectTimeout: Math.min(5000, timeoutMs),
    maxRetriesPerRequest: 2,
    retryStrategy: (times) => Math.min(50 * 2 ** (times - 1), longestPauseMs) * (0.5 + Math.random() / 2),
    // After a failover behind one name, the old master answers READONLY until somebody hangs up. The call is made again by the store,
    // which knows then that nothing was written.
    reconnectOnError: (error) => error.message.includes('READONLY'),
  }
}

function openCluster(nodes: readonly string[], options: OwnOptions): RedisClient {
  const urls = nodes.map((node) => checkedUrl(node, 'cluster'))
  const [first] = urls
  if (first === undefined) throw invalidArgument('cluster', 'must name a node')
  const startup = urls.map(({ hostname, port }) => ({ host: bareHost(hostname), port: Number(port || 6379) }))
  return new Cluster(startup, {
    lazyConnect: true,
    enableAutoPipelining: false,
    scaleReads: 'master',
    slotsRefreshTimeout: 2000,
    clusterRetryStrategy: (times) => Math.min(50 * 2 ** (times - 1), 1000) * (0.5 + Math.random() / 2),
    redisOptions: { ...credentialsOf(first), ...options },
  })
}

function openSentinel(sentinels: readonly string[], masterName: string | undefined, options: OwnOptions): RedisClient {
  if (masterName === undefined) throw invalidArgument('masterName', 'must be given with sentinels')
  const urls = sentinels.map((sentinel) => checkedUrl(sentinel, 'sentinels'))
  const [first] = urls
  if (first === undefined) throw invalidArgument('sentinels', 'must name a sentinel')
  const { username, password, tls } = credentialsOf(first)
  return new Redis({
    ...options,
    name: masterName,
    sentinels: urls.map(({ hostname, port }) => ({ host: bareHost(hostname), port: Number(port || 26379) })),
    failoverDetector: true,
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
    ...(tls === undefined ? {} : tlsBehindSentinels({ ...tls, ...options.tls })),
  })
}

/** For the sentinels, and for the servers that they name. */
function tlsBehindSentinels(
  tls: NonNullable<RedisOptions['tls']>,
): Pick<RedisOptions, 'tls' | 'sentinelTLS' | 'enableTLSForSentinelMode'> {
  return { tls, sentinelTLS: tls, enableTLSForSentinelMode: true }
}

function credentialsOf({ username, password, protocol }: URL): Pick<RedisOptions, 'username' | 'password' | 'tls'> {
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  }
}

/** The URL is not in the error: it may hold a password. */
function checkedUrl(text: string | undefined, field: string): URL {
  const url = URL.canParse(text ?? '') ? new URL(text ?? '') : null
  if (url === null || (url.protocol !== 'redis:' && url.protocol !== 'rediss:') || url.hostname === '')
    throw invalidArgument(field, 'must be a URL that begins with redis:// or rediss://')
  return url
}

function bareHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}

interface ReadOptions {
  readonly keyPrefix?: unknown
  readonly enableAutoPipelining?: unknown
  readonly redisOptions?: ReadOptions | undefined
}

function assertUsable({ options }: { readonly options: object }): void {
  const { keyPrefix, enableAutoPipelining, redisOptions = {} }: ReadOptions = options
  if (keyPrefix || redisOptions.keyPrefix)
    throw invalidArgument('client', "must have no keyPrefix, which scripts would miss: use the store's own keyPrefix")
  if (enableAutoPipelining || redisOptions.enableAutoPipelining)
    throw invalidArgument(
      'client',
      'must not have enableAutoPipelining, which slows scripts down and breaks resharding',
    )
}

function duplicateOf(client: RedisClient): RedisClient {
  const { duplicate } = client as { duplicate?: () => RedisClient }
  if (duplicate === undefined) throw invalidArgument('client', 'must be able to duplicate itself')
  return opened(() => duplicate.call(client))
}
