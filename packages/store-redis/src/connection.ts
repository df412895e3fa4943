import { isCluster, type RedisClient } from './client.ts'
import type { CompiledScript } from './script.ts'

/** Runs scripts, and knows what it has sent. */
export interface ScriptRunner {
  /** Runs a script by its name, or by its text where the server does not know it: the first time, after a restart or flush. */
  run(script: CompiledScript, keys: readonly string[], args: readonly string[]): Promise<unknown>
  /** To be called before something is sent. @returns whether it can have reached a server since. */
  watch(): () => boolean
  /** Lets go of the client. */
  release(): void
}

export class Connection implements ScriptRunner {
  readonly client: RedisClient
  /** How often it became ready. */
  #readied = 0
  readonly #onReady = (): void => {
    this.#readied++
  }

  constructor(client: RedisClient) {
    this.client = client
    client.on('ready', this.#onReady)
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

  watch(): () => boolean {
    if (this.client.status === 'ready') return () => true
    const before = this.#readied
    return () => this.#readied !== before
  }

  release(): void {
    this.client.off('ready', this.#onReady)
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
