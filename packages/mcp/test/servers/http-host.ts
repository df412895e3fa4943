import { randomUUID } from 'node:crypto'
import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'

export interface HttpHost {
  readonly url: URL
  /** How many sessions the server holds. */
  sessions(): number
  /** The port stays the same for whoever listens next. */
  close(): Promise<void>
}

/** @returns whether it has seen to the request, or keeps it waiting. */
export type Doorkeeper = (request: IncomingMessage, response: ServerResponse) => boolean

/** Serves MCP over Streamable HTTP as a server of the SDK does, with sessions. */
export async function streamableHost(
  makeServer: () => Server,
  port = 0,
  keeps: Doorkeeper = () => false,
): Promise<HttpHost> {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  return await host('/mcp', port, sessions, async (request, response) => {
    if (keeps(request, response)) return
    const id = request.headers['mcp-session-id']
    const known = typeof id === 'string' ? sessions.get(id) : undefined
    if (known !== undefined) return await known.handleRequest(request, response)
    if (id !== undefined) {
      response.writeHead(404).end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}')
      return
    }
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (session) => void sessions.set(session, transport),
      onsessionclosed: (session) => void sessions.delete(session),
    })
    await makeServer().connect(transport as never)
    await transport.handleRequest(request, response)
  })
}

/** Serves MCP over the older HTTP with SSE. */
export async function sseHost(makeServer: () => Server, port = 0): Promise<HttpHost> {
  const sessions = new Map<string, SSEServerTransport>()
  return await host('/sse', port, sessions, async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (request.method === 'GET') {
      const transport = new SSEServerTransport('/messages', response)
      sessions.set(transport.sessionId, transport)
      response.on('close', () => sessions.delete(transport.sessionId))
      await makeServer().connect(transport)
      return
    }
    const known = sessions.get(url.searchParams.get('sessionId') ?? '')
    if (known === undefined) response.writeHead(404).end('Session not found')
    else await known.handlePostMessage(request, response)
  })
}

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>

async function host(path: string, port: number, sessions: Map<string, unknown>, handle: Handle): Promise<HttpHost> {
  const server = createServer((request, response) => void handle(request, response))
  await listen(server, port)
  const { port: used } = server.address() as AddressInfo
  return {
    url: new URL(`http://127.0.0.1:${used}${path}`),
    sessions: () => sessions.size,
    close: async () => await stop(server),
  }
}

export async function listen(server: HttpServer, port = 0): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
}

export async function stop(server: HttpServer): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
}
