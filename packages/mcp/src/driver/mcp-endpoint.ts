/** Where a server is, secrets and all: made by the hub for one connection, and never kept, logged or told. */
export type McpEndpoint = StdioEndpoint | HttpEndpoint | InProcessEndpoint

/** A program that is started for this connection alone. */
export interface StdioEndpoint {
  readonly transport: 'stdio'
  /** An absolute path, or a name that is looked up on PATH. There is no shell. */
  readonly command: string
  readonly args: readonly string[]
  /** The whole environment of the program. */
  readonly env: Readonly<Record<string, string>>
  /** Where it runs, absolute. */
  readonly cwd: string
}

/** A server at an address. */
export interface HttpEndpoint {
  readonly transport: 'http' | 'sse'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Has the policy of the hub in it: addresses, redirects, sizes. */
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>
  /** The library's own OAuth client provider, handed through. */
  readonly oauthProvider?: unknown
}

/** A server in this process: it is handed its end of the connection. */
export interface InProcessEndpoint {
  readonly transport: 'in-process'
  /** Connects a new server to the transport it is given, as `server.connect(transport)` does. */
  readonly connectServer: (transport: unknown) => Promise<void>
}
