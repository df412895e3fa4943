import { type CallOptions, invalidArgument, type JsonObject, type ResourceHolder, SessError } from '@sess/core'
import { addServer } from './clients/add-server.ts'
import { callTool, type ToolCallOptions } from './clients/call-tool.ts'
import { type ClientInfo, infoOf } from './clients/client-info.ts'
import { ClientReports } from './clients/client-reports.ts'
import type { HeldClients, HubParts } from './clients/held-clients.ts'
import type { KeptServer } from './clients/kept-servers.ts'
import { listTools, type SessionTool, toolsOfServer } from './clients/list-tools.ts'
import { checkedConfig } from './config/checked-config.ts'
import type { ServerConfig } from './config/server-config.ts'
import type { McpConnection, McpPrompt, McpResource, McpToolResult } from './driver/mcp-driver.ts'
import { checkedTimeoutMs } from './hub-options.ts'
import { mcpError } from './mcp-error.ts'

/** The MCP servers of one session, whichever process added them. What is used is connected, once for all who use it. */
export class McpClients {
  readonly #session: ResourceHolder
  readonly #parts: HubParts
  readonly #within: <Value>(session: ResourceHolder, work: (clients: HeldClients) => Promise<Value>) => Promise<Value>

  /** @internal */
  constructor(
    session: ResourceHolder,
    parts: HubParts,
    within: <Value>(session: ResourceHolder, work: (clients: HeldClients) => Promise<Value>) => Promise<Value>,
  ) {
    this.#session = session
    this.#parts = parts
    this.#within = within
  }

  /**
   * Gives the session a server. It is connected when it is first used, or now if it is `required`.
   *
   * @throws {@link SessError} `MCP_CONFIG_INVALID`, `MCP_SECRET_INLINE`, `MCP_POLICY_DENIED`, `MCP_SPAWN_FAILED`, `MCP_FACTORY_MISSING`,
   * `MCP_SERVER_EXISTS`, `MCP_LIMIT`, `MCP_REQUIRED_FAILED`, `SESSION_CLOSED`. Nothing was kept or is left running.
   * @throws {@link SessError} `AUDIT_FAILED`. The server was added.
   */
  async add(config: ServerConfig, options: CallOptions = {}): Promise<ClientInfo> {
    const checked = checkedConfig(config)
    return await this.#within(this.#session, async (clients) => {
      const kept = await addServer(this.#session, clients, this.#parts, checked, options.signal)
      await this.#reports.added(checked.id, checked.transport)
      return infoOf(clients, kept)
    })
  }

  /** @throws {@link SessError} `MCP_SERVER_NOT_FOUND`. */
  async get(id: string, options: CallOptions = {}): Promise<ClientInfo> {
    return await this.#with(id, options, async (kept, clients) => infoOf(clients, kept))
  }

  /** All servers of the session, in the order they were added. Nothing is connected. */
  async list(options: CallOptions = {}): Promise<readonly ClientInfo[]> {
    return await this.#within(this.#session, async (clients) => {
      const servers = await clients.servers(this.#session, options.signal)
      return [...servers.values()].map((kept) => infoOf(clients, kept))
    })
  }

  /**
   * Takes a server from the session, and ends its client here; a call that is under way has an unknown outcome then. A client that does
   * not end in time goes on to end by itself. Resolves to whether there was such a server.
   */
  async remove(id: string, options: CallOptions = {}): Promise<boolean> {
    assertText(id, 'id')
    return await this.#within(this.#session, async (clients) => {
      let removed = false
      await clients.change(
        this.#session,
        (servers) => {
          removed = servers.delete(id)
        },
        options.signal,
      )
      const closed = await clients.drop(id)
      if (removed) await this.#reports.removed(id, closed)
      return removed
    })
  }

  /** Connects a server now, also if that failed a moment ago. @throws {@link SessError} what went wrong. */
  async connect(id: string, options: CallOptions = {}): Promise<ClientInfo> {
    return await this.#with(id, options, async (kept, clients) => {
      await clients.held(this.#session, kept).client.connect(options.signal)
      return infoOf(clients, kept)
    })
  }

  /** Gives the connection of a server back; the next use makes another one. */
  async disconnect(id: string, options: CallOptions = {}): Promise<void> {
    await this.#with(id, options, async (kept, clients) => await clients.peek(kept)?.client.disconnect())
  }

  /**
   * The tools that can be called, sorted by name. Servers that are not connected are; one that can't be reached has no tools,
   * unless it is required.
   *
   * @throws {@link SessError} `MCP_REQUIRED_FAILED`, `SESSION_CLOSED`.
   */
  async listTools(options: CallOptions = {}): Promise<readonly SessionTool[]> {
    return await this.#within(this.#session, async (clients) => {
      const servers = await clients.servers(this.#session, options.signal)
      const tools = await listTools(this.#session, clients, servers, options.signal)
      return tools.filter(({ quarantined }) => quarantined === null).slice(0, this.#parts.limits.toolsPerSession)
    })
  }

  /** The tools of a server that are kept back until they are accepted, with the definitions that somebody should read first. */
  async listQuarantined(id: string, options: CallOptions = {}): Promise<readonly SessionTool[]> {
    return await this.#with(id, options, async (kept, clients) => {
      const tools = await toolsOfServer(this.#session, clients, kept, options.signal)
      return tools.filter(({ quarantined }) => quarantined !== null)
    })
  }

  /**
   * Accepts definitions that were kept back, named by their hashes: what was read is what is accepted, whatever the server says by now.
   *
   * @throws {@link SessError} `MCP_TOOL_NOT_FOUND` if the server lists no definition of one of the hashes. Nothing was accepted.
   */
  async accept(id: string, hashes: readonly string[], options: CallOptions = {}): Promise<void> {
    if (!Array.isArray(hashes)) throw invalidArgument('hashes', 'must be a list of hashes')
    await this.#with(id, options, async (kept, clients) => {
      const tools = await toolsOfServer(this.#session, clients, kept, options.signal)
      const accepted = hashes.map((hash) => {
        const tool = tools.find((listed) => listed.hash === hash)
        if (tool === undefined) throw mcpError('MCP_TOOL_NOT_FOUND', id, 'the server lists no such definition')
        return [tool.definition.name, hash] as const
      })
      await clients.change(
        this.#session,
        (servers) => {
          const now = servers.get(id)
          if (now?.revision !== kept.revision) throw serverNotFound(id)
          servers.set(id, { ...now, pins: { ...now.pins, ...Object.fromEntries(accepted) } })
        },
        options.signal,
      )
      await this.#reports.toolsChanged(id, { accepted: accepted.length })
    })
  }

  /**
   * Calls a tool by its public name, once. Input and output are checked against the tool's schemas.
   *
   * @throws {@link SessError} `MCP_TOOL_NOT_FOUND`, `MCP_TOOL_QUARANTINED`, `MCP_ARGS_INVALID`, `MCP_BUSY`, and whatever connecting fails with.
   * Nothing was sent.
   * @throws {@link SessError} `MCP_OUTCOME_UNKNOWN` if it was sent and not answered. It is not sent again.
   * @throws {@link SessError} `MCP_RESULT_INVALID`, `MCP_RESULT_TOO_LARGE`, `AUDIT_FAILED`. The tool has run.
   */
  async callTool(name: string, args: JsonObject = {}, options: ToolCallOptions = {}): Promise<McpToolResult> {
    assertText(name, 'name')
    if (options.timeoutMs !== undefined) checkedTimeoutMs(options.timeoutMs, 'timeoutMs')
    return await this.#within(this.#session, async (clients) => {
      const servers = await clients.servers(this.#session, options.signal)
      return await callTool(this.#session, clients, servers, this.#parts, { name, input: args }, options)
    })
  }

  /** What a server has to read. */
  async listResources(id: string, options: CallOptions = {}): Promise<readonly McpResource[]> {
    return await this.#read(id, options, (connection, request) => connection.listResources(request))
  }

  /** A resource of a server, as it answers it. @throws {@link SessError} `MCP_SERVER_NOT_FOUND`, `MCP_PROTOCOL`, `MCP_RESULT_TOO_LARGE`. */
  async readResource(id: string, uri: string, options: CallOptions = {}): Promise<JsonObject> {
    assertText(uri, 'uri')
    return await this.#read(id, options, (connection, request) => connection.readResource(uri, request))
  }

  /** What prompts a server has. */
  async listPrompts(id: string, options: CallOptions = {}): Promise<readonly McpPrompt[]> {
    return await this.#read(id, options, (connection, request) => connection.listPrompts(request))
  }

  /** A prompt of a server, as it answers it. @throws {@link SessError} `MCP_SERVER_NOT_FOUND`, `MCP_PROTOCOL`, `MCP_RESULT_TOO_LARGE`. */
  async getPrompt(
    id: string,
    name: string,
    args: Readonly<Record<string, string>> = {},
    options: CallOptions = {},
  ): Promise<JsonObject> {
    assertText(name, 'name')
    return await this.#read(id, options, (connection, request) => connection.getPrompt(name, args, request))
  }

  get #reports(): ClientReports {
    return new ClientReports(this.#session, this.#parts.logger)
  }

  async #with<Value>(
    id: string,
    { signal }: CallOptions,
    work: (kept: KeptServer, clients: HeldClients) => Promise<Value>,
  ): Promise<Value> {
    assertText(id, 'id')
    return await this.#within(this.#session, async (clients) => {
      const kept = (await clients.servers(this.#session, signal)).get(id)
      if (kept === undefined) throw serverNotFound(id)
      return await work(kept, clients)
    })
  }

  async #read<Value>(
    id: string,
    options: CallOptions,
    work: (
      connection: McpConnection,
      request: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
    ) => Promise<Value>,
  ): Promise<Value> {
    const { signal } = options
    const { timeouts, limits } = this.#parts
    return await this.#with(id, options, async (kept, clients) => {
      const held = clients.held(this.#session, kept)
      const request = { timeoutMs: timeouts.listMs, signal }
      const answer = await held.read(({ connection }) => work(connection, request), signal)
      const maxBytes = limits.resultBytes
      if (Buffer.byteLength(JSON.stringify(answer)) <= maxBytes) return answer
      const reason = `the answer has more than ${maxBytes} bytes`
      throw new SessError('MCP_RESULT_TOO_LARGE', `${id}: ${reason}`, { server: id, reason, maxBytes })
    })
  }
}

function serverNotFound(id: string): SessError {
  return new SessError('MCP_SERVER_NOT_FOUND', 'the session has no server of that id', { server: id.slice(0, 64) })
}

function assertText(value: unknown, field: string): asserts value is string {
  if (typeof value !== 'string') throw invalidArgument(field, 'must be a string')
}
