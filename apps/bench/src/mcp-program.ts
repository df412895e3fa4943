// The process that holds the sessions of the part `mcp`; as `serve`, the one that has the HTTP server.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { type Session, SessionManager } from '@sess/core'
import { McpHub, type ServerConfig } from '@sess/mcp'
import { MemoryStore } from '@sess/store-memory'
import type { Cycle } from './mcp/hub-cycles.ts'

const [transport = '', sessions = '0', cycles = '0'] = process.argv.slice(2)
if (transport === 'serve') await serve()
else process.stdout.write(JSON.stringify(await measured(Number(sessions), Number(cycles))))

function newServer(): McpServer {
  const server = new McpServer({ name: 'bench', version: '1.0.0' })
  server.registerTool('ping', { description: 'Answers' }, async () => ({ content: [{ type: 'text', text: 'pong' }] }))
  return server
}

async function measured(count: number, times: number): Promise<readonly Cycle[]> {
  const host = transport === 'http' ? await startHost() : null
  const hub = new McpHub({
    factories: { bench: newServer },
    http: { loopback: 'allow' },
    timeouts: { connectMs: 60_000 },
  })
  const manager = new SessionManager({ store: new MemoryStore(), resources: [hub], cleanup: false })
  const config: ServerConfig =
    host === null
      ? { id: 'bench', transport: 'in-process', factory: 'bench' }
      : { id: 'bench', transport: 'http', url: host.url }
  const results: Cycle[] = []
  for (let time = 0; time < times; time++) {
    const startBytes = await settledBytes()
    const startedAt = performance.now()
    const open = await opened(manager, hub, config, count)
    const openMs = performance.now() - startedAt
    const openBytes = await settledBytes()
    const openHandles = process.getActiveResourcesInfo().length
    for (const session of open) await session.delete()
    open.length = 0
    const closedBytes = await settledBytes()
    const closedHandles = process.getActiveResourcesInfo().length
    results.push({ startBytes, openBytes, closedBytes, openMs, openHandles, closedHandles })
  }
  await manager.close()
  host?.child.kill()
  return results
}

async function opened(manager: SessionManager, hub: McpHub, config: ServerConfig, count: number): Promise<Session[]> {
  const sessions: Session[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) {
      const session = await manager.for({ orgId: 'acme', userId: `user-${next++}` }).createSession()
      sessions.push(session)
      const clients = hub.for(session)
      await clients.add(config)
      await clients.callTool('bench__ping')
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
  return sessions
}

/** Bytes of heap once it has been collected, with a moment for what ends behind an answer. */
async function settledBytes(): Promise<number> {
  for (let pass = 0; pass < 5; pass++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}

async function startHost(): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'serve'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { url, child }
}

async function serve(): Promise<void> {
  const transports = new Map<string, StreamableHTTPServerTransport>()
  const server = createServer(async (request, response) => {
    const known = transports.get(`${request.headers['mcp-session-id']}`)
    if (known !== undefined) return await known.handleRequest(request, response)
    const fresh = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void transports.set(id, fresh),
      onsessionclosed: (id) => void transports.delete(id),
    })
    await newServer().connect(fresh as never)
    await fresh.handleRequest(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp\n`)
}
