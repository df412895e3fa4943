import type { JsonObject, JsonValue } from '@sess/core'
import type { McpEndpoint } from './mcp-endpoint.ts'

/**
 * A library that speaks MCP. The hub knows this port and nothing of the library behind it.
 *
 * A driver keeps no state between connections, starts nothing again by itself, and never sends a request twice.
 */
export interface McpDriver {
  readonly name: string
  /**
   * Connects and initialises.
   *
   * @throws {@link SessError} `MCP_SPAWN_FAILED`, `MCP_CONNECT_FAILED`, `MCP_CONNECT_TIMEOUT`, `MCP_AUTH_REQUIRED`, `MCP_PROTOCOL`,
   * `MCP_POLICY_DENIED`. No process, connection, listener or timer is left.
   */
  connect(endpoint: McpEndpoint, options: ConnectOptions): Promise<McpConnection>
}

/** How a connection is made, and who is told of what happens on it. */
export interface ConnectOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Told when the server says that its tools have changed. */
  readonly onToolsChanged?: (() => void) | undefined
  /** Something that harms no request: noise of a server, a notification that makes no sense. No content, no secrets. */
  readonly onWarning?: ((warning: string) => void) | undefined
  /**
   * Called once if a program ended by itself or could not be initialised, with the last 64 KiB that it wrote to stderr. May hold
   * secrets, so it is in no error and no event: show it to the operator of the server, and to nobody else.
   */
  readonly onStderr?: ((text: string) => void) | undefined
}

/**
 * One initialised connection. When it has ended, it has ended for good: whoever needs another one connects anew.
 *
 * Every request has one deadline and one abort controller of its own; a caller's signal is never handed to the library.
 */
export interface McpConnection {
  readonly server: McpServerInfo
  /** Settles, never rejects, once the connection is over: its process tree has ended, its requests are answered. */
  readonly ended: Promise<ConnectionEnd>
  /** All tools of all pages. @throws `MCP_LIMIT` for more pages than allowed or a cursor that comes back. */
  listTools(options: RequestOptions): Promise<readonly McpTool[]>
  /** All resources of all pages. */
  listResources(options: RequestOptions): Promise<readonly McpResource[]>
  /** All prompts of all pages. */
  listPrompts(options: RequestOptions): Promise<readonly McpPrompt[]>
  /**
   * @throws {@link SessError} `MCP_OUTCOME_UNKNOWN` if the request was sent and not answered: connection ended, time over, aborted.
   * @throws {@link SessError} `MCP_NOT_CONNECTED` if it can't have been sent. `MCP_SESSION_LOST` if the server refused it, as it has
   * forgotten the session: nothing ran. `MCP_PROTOCOL` if the server answered with an error. `MCP_RESULT_TOO_LARGE`.
   */
  callTool(name: string, input: JsonObject, options: CallToolOptions): Promise<McpToolResult>
  /** What the server has at this address, as it answers it. */
  readResource(uri: string, options: RequestOptions): Promise<JsonObject>
  /** A prompt with its arguments filled in, as the server answers it. */
  getPrompt(name: string, input: Readonly<Record<string, string>>, options: RequestOptions): Promise<JsonObject>
  /** Resolves when the server has answered. */
  ping(options: RequestOptions): Promise<void>
  /** Ends the connection: HTTP sessions are deleted, processes and all they started are gone when it resolves. Idempotent, never throws. */
  close(): Promise<void>
}

/** How long a request may take. */
export interface RequestOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** How long a call of a tool may take. */
export interface CallToolOptions extends RequestOptions {
  /** How long a call may take altogether, as progress starts `timeoutMs` anew. */
  readonly totalTimeoutMs: number
  /** Told whenever the server says how far it has got. */
  readonly onProgress?: ((progress: McpProgress) => void) | undefined
}

/** How far a call has got, in units of its server. */
export interface McpProgress {
  readonly progress: number
  readonly total?: number | undefined
  readonly message?: string | undefined
}

/** What a server said of itself when the connection was initialised. */
export interface McpServerInfo {
  readonly name: string
  readonly version: string
  readonly protocolVersion: string
  readonly instructions: string | null
  readonly capabilities: JsonObject
}

/** A tool as its server defines it; nothing is checked but that it has a name and an input schema. */
export interface McpTool {
  readonly name: string
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly inputSchema: JsonObject
  readonly outputSchema?: JsonObject | undefined
  readonly annotations?: JsonObject | undefined
}

/** A resource as its server lists it. */
export interface McpResource {
  readonly uri: string
  readonly name: string
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly mimeType?: string | undefined
}

/** A prompt as its server lists it. */
export interface McpPrompt {
  readonly name: string
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly arguments?: JsonValue | undefined
}

/** What a tool answered. `isError`: it ran, and says that it failed. */
export interface McpToolResult {
  readonly content: readonly JsonObject[]
  readonly structuredContent?: JsonObject | undefined
  readonly isError: boolean
}

/** Why a connection is over. `reason` is one sentence without secrets. */
export interface ConnectionEnd {
  readonly by: 'us' | 'server'
  readonly reason: string
}
