import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { ResultSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { isSessError, type JsonObject, SessError } from '@sess/core'
import type { ProcessRegistry } from '../stdio/process-registry.ts'
import { attempt } from './attempt.ts'
import { connectError } from './connect-error.ts'
import type {
  CallToolOptions,
  ConnectionEnd,
  ConnectOptions,
  McpConnection,
  McpPrompt,
  McpResource,
  McpServerInfo,
  McpTool,
  McpToolResult,
  RequestOptions,
} from './mcp-driver.ts'
import type { McpEndpoint } from './mcp-endpoint.ts'
import { openWire, type Wire } from './open-wire.ts'
import { asPrompt, asResource, asTool, asToolResult } from './received.ts'
import { requestError } from './request-error.ts'
import { isGivingUp, isStray } from './sdk-complaint.ts'
import { wholeList } from './whole-list.ts'

/** The library's own timer never ends a request: ours does. */
const neverMs = 2 ** 31 - 1
/** A server can send as much nonsense as it likes, but not fill a log with it. */
const maxWarnings = 100

export interface OpenOptions extends ConnectOptions {
  readonly processes: ProcessRegistry
  readonly maxMessageBytes: number
}

/** A connection over a client of the library, which is used for this one alone. */
export class SdkConnection implements McpConnection {
  readonly ended: Promise<ConnectionEnd>
  readonly #client: Client
  readonly #wire: Wire
  readonly #options: OpenOptions
  #server: McpServerInfo | undefined
  #warnings = 0
  #end: ConnectionEnd | undefined
  #settleEnded: (end: ConnectionEnd) => void = () => {}

  private constructor(client: Client, endpoint: McpEndpoint, options: OpenOptions) {
    this.#client = client
    this.#options = options
    this.ended = new Promise((resolve) => {
      this.#settleEnded = resolve
    })
    this.#wire = openWire(endpoint, {
      processes: options.processes,
      maxMessageBytes: options.maxMessageBytes,
      onWarning: (warning) => this.#warn(warning),
      onLost: (reason) => this.#finish({ by: 'server', reason }),
    })
    client.onclose = () => {
      this.#finish({ by: 'server', reason: this.#wire.endReason() ?? 'the server closed the connection' })
    }
    client.onerror = (error) => {
      if (isGivingUp(error)) this.#finish({ by: 'server', reason: 'the event stream broke and could not be had again' })
      else if (isStray(error)) this.#warn('The server sent something that fits no request')
    }
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => options.onToolsChanged?.())
  }

  /** @throws as {@link McpDriver.connect} says. */
  static async open(client: Client, endpoint: McpEndpoint, options: OpenOptions): Promise<McpConnection> {
    options.signal?.throwIfAborted()
    const connection = new SdkConnection(client, endpoint, options)
    try {
      await connection.#initialise()
      return connection
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  get server(): McpServerInfo {
    if (this.#server === undefined) throw new SessError('MCP_NOT_CONNECTED', 'The connection is not initialised', {})
    return this.#server
  }

  async listTools(options: RequestOptions): Promise<readonly McpTool[]> {
    return await this.#list('tools', asTool, options)
  }

  async listResources(options: RequestOptions): Promise<readonly McpResource[]> {
    return await this.#list('resources', asResource, options)
  }

  async listPrompts(options: RequestOptions): Promise<readonly McpPrompt[]> {
    return await this.#list('prompts', asPrompt, options)
  }

  async callTool(name: string, input: JsonObject, options: CallToolOptions): Promise<McpToolResult> {
    return asToolResult(name, await this.#request('tools/call', { name, arguments: input }, options, name))
  }

  async readResource(uri: string, options: RequestOptions): Promise<JsonObject> {
    return await this.#request('resources/read', { uri }, options)
  }

  async getPrompt(name: string, input: Readonly<Record<string, string>>, options: RequestOptions): Promise<JsonObject> {
    return await this.#request('prompts/get', { name, arguments: input }, options)
  }

  async ping(options: RequestOptions): Promise<void> {
    await this.#request('ping', {}, options)
  }

  async close(): Promise<void> {
    this.#finish({ by: 'us', reason: 'it was closed' })
    await this.ended
  }

  async #initialise(): Promise<void> {
    const { timeoutMs, signal } = this.#options
    await attempt(
      { idleMs: timeoutMs, signal },
      async (run) => await this.#client.connect(this.#wire.transport, { signal: run.signal, timeout: neverMs }),
      (failure) => {
        // Not the reason of our own end: the library closes whatever it can't initialise.
        const { transport, endReason } = this.#wire
        return connectError(failure, {
          timeoutMs,
          signal,
          offeredVersion: transport.offeredVersion,
          endReason: endReason(),
        })
      },
    )
    const { name = '', version = '' } = this.#client.getServerVersion() ?? {}
    this.#server = {
      name,
      version,
      protocolVersion: this.#wire.transport.protocolVersion ?? '',
      instructions: this.#client.getInstructions() ?? null,
      capabilities: (this.#client.getServerCapabilities() ?? {}) as JsonObject,
    }
  }

  /** A server that does not have such a list is not asked for it. */
  async #list<Entry>(
    key: 'tools' | 'resources' | 'prompts',
    read: (entry: unknown) => Entry | undefined,
    { timeoutMs, signal }: RequestOptions,
  ): Promise<readonly Entry[]> {
    if (this.server.capabilities[key] === undefined) return []
    const endsAt = performance.now() + timeoutMs
    const entries = await wholeList(key, async (cursor) => {
      const leftMs = Math.max(1, endsAt - performance.now())
      return await this.#request(`${key}/list`, cursor === undefined ? {} : { cursor }, { timeoutMs: leftMs, signal })
    })
    const known = entries.map(read).filter((entry) => entry !== undefined)
    if (known.length < entries.length) this.#warn(`The server lists ${entries.length - known.length} malformed ${key}`)
    return known
  }

  async #request(
    method: string,
    params: JsonObject,
    options: RequestOptions & Partial<CallToolOptions>,
    tool?: string,
  ): Promise<JsonObject> {
    const { timeoutMs, totalTimeoutMs, signal, onProgress } = options
    return await attempt(
      { idleMs: timeoutMs, totalMs: totalTimeoutMs, signal, onProgress },
      async (run) => {
        const result = await this.#client.request({ method, params }, ResultSchema, {
          signal: run.signal,
          timeout: neverMs,
          onresumptiontoken: () => {
            run.delivery.resumable = true
          },
          // Only so that progress is asked for; it is heard by the transport.
          ...(totalTimeoutMs !== undefined && { onprogress: () => {} }),
        })
        return result as JsonObject
      },
      (failure) => {
        const error = requestError(failure, { method, tool, signal, endReason: this.#end?.reason })
        if (isSessError(error, 'MCP_SESSION_LOST'))
          this.#finish({ by: 'server', reason: 'the server has forgotten the session' })
        return error
      },
    )
  }

  #warn(warning: string): void {
    this.#warnings += 1
    if (this.#warnings > maxWarnings) return
    this.#options.onWarning?.(
      this.#warnings === maxWarnings ? 'The server sends too much that makes no sense' : warning,
    )
  }

  /** The first to end it says why. */
  #finish(end: ConnectionEnd): void {
    if (this.#end !== undefined) return
    this.#end = end
    void this.#leave(end)
  }

  async #leave(end: ConnectionEnd): Promise<void> {
    // Neither should fail; a connection that can't be left in order is over all the same.
    await this.#wire.transport.close().catch(() => {})
    await this.#wire.gone().catch(() => {})
    const stderr = this.#wire.stderr()
    if (stderr !== '' && (end.by === 'server' || this.#server === undefined)) this.#options.onStderr?.(stderr)
    this.#settleEnded(end)
  }
}
