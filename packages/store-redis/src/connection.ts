import { isCluster, type RedisClient } from './client.ts'
import type { CompiledScript } from './script.ts'

/** The way to a server. */
export interface Way {
  /**
   * Null if the driver would send at once, else what to wait for. What is left to wait in the driver is sent when the connection is
   * back, however long ago its caller was told that nothing was written.
   */
  ready(): Promise<void> | null
  /** Why it cannot connect, if the driver has said so. */
  readonly trouble: unknown
  /** To be called before something is sent. */
  watch(): Sending
}

/** Runs scripts. */
export interface ScriptRunner extends Way {
  /** Runs a script by its name, or by its text where the server does not know it: the first time, after a restart or flush. */
  run(script: CompiledScript, keys: readonly string[], args: readonly string[]): Promise<unknown>
  /** Lets go of the client. */
  release(): void
}

/** What became of something that the driver was given. */
export interface Sending {
  /** It can have reached a server. */
  wasSent(): boolean
  /**
   * The connection broke since it was sent, and the driver may have sent it again: what a server refuses now, it may have done
   * the first time.
   */
  wasSentAgain(): boolean
}

export class Connection implements ScriptRunner {
  readonly client: RedisClient
  /** How often it became ready. */
  #readied = 0
  readonly #onReady = (): void => {
    this.#readied++
    this.#trouble = null
  }
  /** Why it could not connect. To the calls the driver says only how often it has tried. */
  #trouble: unknown = null
  readonly #onError = (error: unknown): void => {
    this.#trouble = error
    if (error instanceof Error && /DB index is out of range/.test(error.message)) this.#wrongDatabase = error
  }
  /** The driver says so once, and goes on with database 0: what is there belongs to somebody else. */
  #wrongDatabase: Error | null = null
  /** How many nodes of a cluster it has lost. */
  #lost = 0
  readonly #onLost = (): void => {
    this.#lost++
  }
  #knocking: Promise<void> | null = null

  readonly #isOwn: boolean

  constructor(client: RedisClient, isOwn: boolean) {
    this.client = client
    this.#isOwn = isOwn
    client.on('ready', this.#onReady)
    client.on('error', this.#onError)
    if (isCluster(client)) client.on('-node', this.#onLost)
  }

  async run({ sha, text }: CompiledScript, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const rest = scriptArguments(this.client, keys, args)
    try {
      return await this.client.call('evalsha', sha, ...rest)
    } catch (error) {
      if (!isUnknownScript(error)) throw error
      return await this.client.call('eval', text, ...rest)
    }
  }

  ready(): Promise<void> | null {
    if (this.#wrongDatabase !== null) return Promise.reject(this.#wrongDatabase)
    if (this.client.status === 'ready') return null
    this.#knocking ??= this.#knock().finally(() => {
      this.#knocking = null
    })
    return this.#knocking
  }

  watch(): Sending {
    const [readied, lost] = [this.#readied, this.#lost]
    const isReady = this.client.status === 'ready'
    return {
      wasSent: () => isReady || this.#readied !== readied,
      wasSentAgain: () => this.#lost !== lost || this.#readied > (isReady ? readied : readied + 1),
    }
  }

  /** Has the driver connect, and is told by it what hinders that. One PING for all who wait. */
  async #knock(): Promise<void> {
    try {
      // Behind Sentinel the driver can give up for good, if a failover is seen while it connects. A client of the caller is left as it is.
      if (this.#isOwn && this.client.status === 'end') await this.client.connect?.()
      await this.client.call('ping')
    } catch (error) {
      // This user may not, but the way is open.
      if (this.client.status !== 'ready') throw this.trouble ?? error
    }
  }

  get trouble(): unknown {
    const trouble = this.#trouble
    // A server that never was ready and hangs up does so for another reason than one that worked before.
    const isGreeting = this.#readied === 0 && trouble instanceof Error && /ECONNRESET|EPIPE/.test(trouble.message)
    return isGreeting ? new Error(`No greeting: ${trouble.message}`) : trouble
  }

  release(): void {
    this.client.off('ready', this.#onReady)
    this.client.off('error', this.#onError)
    if (isCluster(this.client)) this.client.off('-node', this.#onLost)
  }
}

/**
 * How many keys, the keys, the arguments. On a cluster they end with a key that never exists. Scripts make names of further keys,
 * and while a slot moves, one of those may be at the other server: a list would begin anew there and be overwritten by the
 * old one. With a key that is missing, neither server runs the script until all are in one place (TRYAGAIN).
 */
export function scriptArguments(
  client: RedisClient,
  keys: readonly string[],
  args: readonly string[],
): readonly string[] {
  if (!isCluster(client)) return [`${keys.length}`, ...keys, ...args]
  const place = /^[^}]*}/.exec(keys[0] ?? '')?.[0] ?? ''
  return [`${keys.length + 1}`, ...keys, `${place}:-`, ...args]
}

export function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}
