import { invalidArgument } from '@sess/core'
import type { RedisClient } from './client.ts'
import { Connection, isUnknownScript, type ScriptRunner, type Sending, scriptArguments } from './connection.ts'
import type { CompiledScript } from './script.ts'

/**
 * Runs scripts, and answers when a replica has what they wrote. It needs a connection to itself: who waits for replicas
 * holds up everybody behind.
 */
export class ReplicatedConnection implements ScriptRunner {
  readonly #connection: Connection
  readonly #client: RedisClient
  readonly #waitMs: number

  constructor(client: RedisClient, waitMs: number) {
    if (client.pipeline === undefined) throw invalidArgument('client', "must have pipelines for durability 'replica'")
    this.#connection = new Connection(client, true)
    this.#client = client
    this.#waitMs = waitMs
  }

  async run({ sha, text }: CompiledScript, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const rest = scriptArguments(this.#client, keys, args)
    try {
      return await this.#confirmed(keys, ['evalsha', sha, ...rest])
    } catch (error) {
      if (!isUnknownScript(error)) throw error
      return await this.#confirmed(keys, ['eval', text, ...rest])
    }
  }

  ready(): Promise<void> | null {
    return this.#connection.ready()
  }

  get trouble(): unknown {
    return this.#connection.trouble
  }

  watch(): Sending {
    return this.#connection.watch()
  }

  release(): void {
    this.#connection.release()
  }

  async #confirmed(keys: readonly string[], command: string[]): Promise<unknown> {
    // A repeat writes nothing, and after a reconnect there would be nothing to wait for: so it writes this.
    const mark = `${/^[^}]*}/.exec(keys[0] ?? '')?.[0] ?? ''}:w`
    const commands = [command, ['set', mark, '1', 'PX', '1000'], ['wait', '1', `${this.#waitMs}`]]
    const results = await this.#client.pipeline?.(commands).exec()
    const [[error, reply] = [null, null], , [waitError, replicas] = [null, 0]] = results ?? []
    if (error !== null) throw error
    if (waitError !== null) throw waitError
    if (Number(replicas) < 1) throw new Error('NOTREPLICATED no replica has the write yet')
    return reply
  }
}
