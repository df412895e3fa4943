import { type CallOptions, SessError, type SessionCodecs } from '@sess/core'
import { CallQueue } from './call-queue.ts'
import { isCluster, type OpenedClient, type RedisClient } from './client.ts'
import { Connection, type ScriptRunner } from './connection.ts'
import { unavailable } from './error-map.ts'
import type { Keys } from './keys.ts'
import { isRefusal, refusalError, type Subject } from './refusal.ts'
import { ReplicatedConnection } from './replicated-connection.ts'
import { retried } from './retry.ts'
import { type CompiledScript, reportMark, type Script, type ScriptSettings } from './script.ts'

export interface BackendSettings extends ScriptSettings {
  readonly timeoutMs: number
  readonly maxInFlight: number
  readonly durability: 'server' | 'replica'
}

/** Who is told what other slots must know of the sessions that changed. */
export interface ReportTaker {
  take(reports: readonly string[], options: CallOptions | undefined): Promise<void>
  flush(): Promise<void>
}

/** What a script is run with. */
export interface ScriptCall {
  readonly keys: readonly string[]
  readonly args: readonly string[]
  readonly about: Subject
  /** What it takes of the bounds of a shared call. @default 1 */
  readonly weight?: number
  readonly options: CallOptions | undefined
}

/** The way to the server that all methods of a store share. */
export class Backend {
  readonly keys: Keys
  readonly settings: BackendSettings
  readonly #connection: Connection
  readonly #writer: ScriptRunner
  /** The queues of shared scripts. */
  readonly #queues = new Map<Script, CallQueue>()
  /** Where one server has all slots, there is nothing to tell. */
  reportTaker: ReportTaker | null = null
  /** Null if values are kept as JSON. */
  codecs: SessionCodecs | null = null
  readonly #opened: OpenedClient
  /** The connection of writes that wait for a replica. */
  readonly #second: RedisClient | null = null
  #inFlight = 0
  #closing: Promise<void> | null = null
  #onIdle: (() => void) | null = null

  constructor(keys: Keys, settings: BackendSettings, opened: OpenedClient) {
    this.keys = keys
    this.settings = settings
    this.#opened = opened
    this.#connection = new Connection(opened.client, opened.isOwn)
    this.#writer = this.#connection
    if (settings.durability === 'replica') {
      this.#second = opened.another()
      this.#writer = new ReplicatedConnection(this.#second, Math.ceil(settings.timeoutMs / 3))
    }
  }

  get isCluster(): boolean {
    return isCluster(this.#opened.client)
  }

  /** Runs a call of the store to its end. @throws the reason of an aborted signal; {@link SessError} `CLOSED`, `STORE_UNAVAILABLE`. */
  async during<Value>(options: CallOptions | undefined, act: () => Promise<Value>): Promise<Value> {
    options?.signal?.throwIfAborted()
    if (this.#closing !== null) throw new SessError('CLOSED', 'the store was closed', {})
    if (this.#inFlight >= this.settings.maxInFlight)
      throw unavailable(`too many calls wait for Redis already (${this.#inFlight})`, 'not-written')
    this.#inFlight++
    try {
      return await act()
    } finally {
      if (--this.#inFlight === 0) this.#onIdle?.()
    }
  }

  /** Runs a script, again and again while it must be or a fault passes. @throws {@link SessError} what it refuses with. */
  async run(script: Script, call: ScriptCall): Promise<unknown> {
    const result = await this.ask(script, call)
    if (isRefusal(result)) throw refusalError(result, call.about)
    return result
  }

  /** Like {@link Backend.run}, but null where what is asked for is not there. */
  async find(script: Script, call: ScriptCall): Promise<unknown> {
    const result = await this.ask(script, call)
    if (!isRefusal(result)) return result
    if (result === '!SESSION_NOT_FOUND' || result === '!CHAT_NOT_FOUND') return null
    throw refusalError(result, call.about)
  }

  /** Runs a script, and answers its reply or refusal. */
  async ask(script: Script, call: ScriptCall): Promise<unknown> {
    const startedAt = performance.now()
    for (;;) {
      const result = script.isShared
        ? await this.#queueOf(script).ask(call, startedAt + this.settings.timeoutMs, call.options?.signal)
        : await this.#askAlone(script, call, startedAt)
      if (result !== '!AGAIN') return result
    }
  }

  /** Sends a command that reads, and a script that reads right behind it. @throws {@link SessError} what the script refuses with. */
  async runBehind(
    command: readonly string[],
    script: Script,
    call: ScriptCall,
  ): Promise<readonly [answer: unknown, reply: unknown]> {
    const { client } = this.#connection
    const [name = '', ...args] = command
    const both = await this.#attempt(script, call, performance.now(), (runner, compiled) =>
      Promise.all([client.call(name, ...args), runner.run(compiled, call.keys, call.args)]),
    )
    if (isRefusal(both[1])) throw refusalError(both[1], call.about)
    return both
  }

  /** Sends a plain command. It must be harmless to send it again. */
  command(options: CallOptions | undefined, name: string, ...args: readonly string[]): Promise<unknown> {
    return this.#command(this.#connection.client, options, name, args)
  }

  /** Sends a plain command to the server, or to one master of a cluster. */
  async commandOn(
    master: number,
    options: CallOptions | undefined,
    name: string,
    ...args: readonly string[]
  ): Promise<{ readonly reply: unknown; readonly masters: number }> {
    const { client } = this.#connection
    // A cluster has no nodes before it has connected: to ask none of them would look as if nothing were there.
    if (this.isCluster && master === 0) await this.command(options, 'ping')
    const masters = [...(client.nodes?.('master') ?? [client])].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
    const chosen = masters[Math.min(master, masters.length - 1)] ?? client
    return { reply: await this.#command(chosen, options, name, args), masters: masters.length }
  }

  /** Sends a plain command to the server, or to each master of a cluster. */
  async commandEach(options: CallOptions | undefined, name: string): Promise<readonly unknown[]> {
    const { client } = this.#connection
    // As above: it would look as if all were well.
    if (this.isCluster) await this.command(options, 'ping')
    const clients = client.nodes?.('master') ?? [client]
    return await Promise.all(clients.map((one) => this.#command(one, options, name, [])))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #queueOf(script: Script): CallQueue {
    const known = this.#queues.get(script)
    if (known !== undefined) return known
    const queue = new CallQueue(script, this.#runnerOf(script), {
      ...this.settings,
      onReports: async (reports, options) => this.reportTaker?.take(reports, options),
    })
    this.#queues.set(script, queue)
    return queue
  }

  #runnerOf({ kind }: Script): ScriptRunner {
    return kind === 'write' ? this.#writer : this.#connection
  }

  async #askAlone(script: Script, call: ScriptCall, startedAt: number): Promise<unknown> {
    const reply = await this.#attempt(script, call, startedAt, (runner, compiled) =>
      runner.run(compiled, call.keys, call.args),
    )
    return await this.#heard(reply, call.options)
  }

  #attempt<Reply>(
    script: Script,
    { options }: ScriptCall,
    startedAt: number,
    send: (runner: ScriptRunner, compiled: CompiledScript) => Promise<Reply>,
  ): Promise<Reply> {
    const runner = this.#runnerOf(script)
    const compiled = script.compiled(this.settings)
    return retried(() => send(runner, compiled), {
      timeoutMs: Math.max(1, this.settings.timeoutMs - (performance.now() - startedAt)),
      signal: options?.signal,
      kind: script.kind,
      way: runner,
    })
  }

  /** The reply without what it brings along for other slots. */
  async #heard(reply: unknown, options: CallOptions | undefined): Promise<unknown> {
    if (!Array.isArray(reply) || reply[0] !== reportMark) return reply
    const [, result, ...reports] = reply as readonly unknown[]
    await this.reportTaker?.take(reports as readonly string[], options)
    return result
  }

  #command(
    client: RedisClient,
    options: CallOptions | undefined,
    name: string,
    args: readonly string[],
  ): Promise<unknown> {
    return retried(() => client.call(name, ...args), {
      timeoutMs: this.settings.timeoutMs,
      signal: options?.signal,
      kind: 'read',
      // Nodes of a cluster are as ready as it is.
      way: this.#connection,
    })
  }

  async #close(): Promise<void> {
    if (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve
      })
    }
    await this.reportTaker?.flush()
    this.#connection.release()
    this.#writer.release()
    this.#second?.disconnect()
    if (this.#opened.isOwn) this.#opened.client.disconnect()
  }
}

/** Where a node of a cluster is, so that the nodes are in one order for a while. */
function placeOf({ options }: RedisClient): string {
  const { host = '', port = 0 } = options as { readonly host?: string; readonly port?: number }
  return `${host}:${port}`
}
