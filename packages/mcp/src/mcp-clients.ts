import {
  type CallOptions,
  invalidArgument,
  isSessError,
  type JsonObject,
  type ResourceHolder,
  SessError,
} from '@sess/core'
import { callTool, type ToolCallOptions } from './clients/call-tool.ts'
import { ClientReports } from './clients/client-reports.ts'
import type { ClientFailure, ClientState } from './clients/client-state.ts'
import { type HeldClients, type HubParts, newServer } from './clients/held-clients.ts'
import type { KeptServer } from './clients/kept-servers.ts'
import { listedTools, requiredFailed, type SessionTool, toolsOfServer } from './clients/list-tools.ts'
import { assertAllowed } from './config/assert-allowed.ts'
import { checkedConfig } from './config/checked-config.ts'
import type { ServerConfig } from './config/server-config.ts'
import type { McpConnection, McpPrompt, McpResource, McpServerInfo, McpToolResult } from './driver/mcp-driver.ts'
import { checkedTimeoutMs } from './hub-options.ts'
import { mcpError } from './mcp-error.ts'

/** One server of a session, and how its client in this process is. */
export interface ClientInfo {
  readonly id: string
  readonly config: ServerConfig
  readonly state: ClientState
  /** Which connection of the hub it is or was, 0 before the first. */
  readonly generation: number
  /** Why it failed or lost its connection, null if neither. */
  readonly failure: ClientFailure | null
  /** What the server says it is, null while there is no connection. Texts of a stranger. */
  readonly server: Pick<McpServerInfo, 'name' | 'version' | 'protocolVersion'> | null
}

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
    const { id, required, transport } = checked
    return await this.#within(this.#session, async (clients) => {
      const { serversPerSession: limit } = this.#parts.limits
      const assertFree = (servers: ReadonlyMap<string, KeptServer>): void => {
        if (servers.has(id)) throw mcpError('MCP_SERVER_EXISTS', id, 'the session has a server of that id already')
        if (servers.size < limit) return
        const reason = `the session has ${limit} servers already`
        throw new SessError('MCP_LIMIT', `${id}: ${reason}`, { server: id, limit, unit: 'servers', reason })
      }
      assertFree(await clients.servers(this.#session, options.signal))
      await assertAllowed(checked, this.#parts.options, this.#parts.http)
      const kept = newServer(checked)
      await clients.change(
        this.#session,
        (servers) => {
          assertFree(servers)
          servers.set(id, kept)
        },
        options.signal,
      )
      if (required === true) await this.#connectOrUndo(clients, kept, options)
      await this.#reports.added(id, transport)
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
      const tools = await listedTools(this.#session, clients, servers, options.signal)
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

  async #connectOrUndo(clients: HeldClients, kept: KeptServer, { signal }: CallOptions): Promise<void> {
    const { id } = kept.config
    try {
      await clients.held(this.#session, kept).client.connect(signal)
    } catch (error) {
      await clients.change(this.#session, (servers) => {
        if (servers.get(id)?.revision === kept.revision) servers.delete(id)
      })
      await clients.drop(id)
      signal?.throwIfAborted()
      throw isSessError(error) ? requiredFailed(id, error) : error
    }
  }
}

function infoOf(clients: HeldClients, kept: KeptServer): ClientInfo {
  const { config } = kept
  const client = clients.peek(kept)?.client
  const { name, version, protocolVersion } = client?.connection?.server ?? {}
  const isKnown = name !== undefined && version !== undefined && protocolVersion !== undefined
  return Object.freeze({
    id: config.id,
    config,
    state: client?.state ?? 'configured',
    generation: client?.generation ?? 0,
    failure: client?.failure ?? null,
    server: isKnown ? Object.freeze({ name, version, protocolVersion }) : null,
  })
}

function serverNotFound(id: string): SessError {
  return new SessError('MCP_SERVER_NOT_FOUND', 'the session has no server of that id', { server: id.slice(0, 64) })
}

function assertText(value: unknown, field: string): asserts value is string {
  if (typeof value !== 'string') throw invalidArgument(field, 'must be a string')
}
