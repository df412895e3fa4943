import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { assertHeaders } from '../http/assert-headers.ts'
import { settlesWithin } from '../settles-within.ts'
import type { ProcessRegistry } from '../stdio/process-registry.ts'
import { StdioTransport } from '../stdio/stdio-transport.ts'
import { HttpLink } from './http-link.ts'
import { InProcessTransport } from './in-process-transport.ts'
import type { HttpEndpoint, InProcessEndpoint, McpEndpoint, StdioEndpoint } from './mcp-endpoint.ts'
import { WatchedTransport } from './watched-transport.ts'

const farewellMs = 2_000

/** What carries the messages of one connection. */
export interface Wire {
  readonly transport: WatchedTransport
  /** Why it is over, once the transport has closed by itself. */
  endReason(): string | undefined
  /** Settles once the server has been told and nothing of it is left here. After the transport was closed. */
  gone(): Promise<void>
  /** What a program wrote to stderr lately. May hold secrets. */
  stderr(): string
}

export interface WireOptions {
  readonly processes: ProcessRegistry
  readonly maxMessageBytes: number
  readonly onWarning: (warning: string) => void
  /** It is of no use any more, although its transport does not say so. */
  readonly onLost: (reason: string) => void
}

/** @throws {@link SessError} `MCP_CONFIG_INVALID` for headers that can't be sent. */
export function openWire(endpoint: McpEndpoint, options: WireOptions): Wire {
  if ('headers' in endpoint) assertHeaders(endpoint.headers)
  switch (endpoint.transport) {
    case 'stdio':
      return stdioWire(endpoint, options)
    case 'http':
      return httpWire(endpoint)
    case 'sse':
      return sseWire(endpoint, options)
    case 'in-process':
      return inProcessWire(endpoint)
  }
}

function stdioWire(endpoint: StdioEndpoint, { processes, maxMessageBytes, onWarning }: WireOptions): Wire {
  const transport = new StdioTransport(endpoint, { registry: processes, maxMessageBytes, onWarning })
  return {
    transport: new WatchedTransport(transport),
    endReason: () => transport.endReason,
    gone: async () => await transport.gone(),
    stderr: () => transport.stderr,
  }
}

function httpWire(endpoint: HttpEndpoint): Wire {
  const link = new HttpLink(endpoint, () => {})
  const transport = new StreamableHTTPClientTransport(endpoint.url, libraryOptions(endpoint, link))
  return {
    ...noProgram,
    transport: new WatchedTransport(transport),
    async gone() {
      // Closing the transport does not tell the server, which would keep the session.
      const told = link.greeted().then(async () => await transport.terminateSession())
      await settlesWithin(told, farewellMs)
      link.close()
    },
  }
}

function sseWire(endpoint: HttpEndpoint, { onLost }: WireOptions): Wire {
  // The library would ask for a new stream, which is a new session that knows nothing of this one.
  const link = new HttpLink(endpoint, () => onLost('the event stream has ended'))
  const transport = new SSEClientTransport(endpoint.url, libraryOptions(endpoint, link))
  return { ...noProgram, transport: new WatchedTransport(transport), gone: async () => link.close() }
}

function inProcessWire(endpoint: InProcessEndpoint): Wire {
  const [ours, theirs] = InProcessTransport.pair()
  const start = ours.start.bind(ours)
  ours.start = async () => {
    await endpoint.connectServer(theirs)
    await start()
  }
  return { ...noProgram, transport: new WatchedTransport(ours), gone: async () => {} }
}

const noProgram = { endReason: () => undefined, stderr: () => '' } as const

function libraryOptions(
  { oauthProvider }: HttpEndpoint,
  link: HttpLink,
): { fetch: HttpLink['fetch']; authProvider?: OAuthClientProvider } {
  if (oauthProvider === undefined) return { fetch: link.fetch }
  return { fetch: link.fetch, authProvider: oauthProvider as OAuthClientProvider }
}
