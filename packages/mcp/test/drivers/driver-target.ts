import { tmpdir } from 'node:os'
import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { McpEndpoint } from '@sess/mcp'
import { guardedFetch } from '../../src/http/guarded-fetch.ts'
import { contractServer } from '../servers/contract-server.ts'
import { sseHost, streamableHost } from '../servers/http-host.ts'
import { serverProgram } from '../servers/server-program.ts'

const guarded = guardedFetch({ loopback: 'allow' })

/** A contract server behind one transport. */
export interface DriverTarget {
  endpoint(): McpEndpoint
  /** How many connections the server holds; `undefined` if nobody counts them. */
  sessions(): number | undefined
  stop(): Promise<void>
}

export const targets: { readonly [transport: string]: () => Promise<DriverTarget> } = {
  'in-process': async () => {
    const open = new Set<Server>()
    const connectServer = async (transport: unknown): Promise<void> => {
      const server = contractServer()
      open.add(server)
      server.onclose = () => open.delete(server)
      await server.connect(transport as never)
    }
    return {
      endpoint: () => ({ transport: 'in-process', connectServer }),
      sessions: () => open.size,
      stop: async () => {},
    }
  },
  stdio: async () => {
    const program = await serverProgram('contract-stdio')
    return {
      endpoint: () => ({ transport: 'stdio', command: process.execPath, args: [program], env: {}, cwd: tmpdir() }),
      sessions: () => undefined,
      stop: async () => {},
    }
  },
  http: async () => {
    const host = await streamableHost(contractServer)
    return {
      endpoint: () => ({ transport: 'http', url: host.url, headers: {}, fetch: guarded.fetch }),
      sessions: host.sessions,
      stop: host.close,
    }
  },
  sse: async () => {
    const host = await sseHost(contractServer)
    return {
      endpoint: () => ({ transport: 'sse', url: host.url, headers: {}, fetch: guarded.fetch }),
      sessions: host.sessions,
      stop: host.close,
    }
  },
}
