import { createRequire } from 'node:module'
import type { Session } from '@sess/core'
import { McpHub, type ServerConfig } from '@sess/mcp'

const require = createRequire(import.meta.url)
const filesystem = require.resolve('@modelcontextprotocol/server-filesystem/dist/index.js')
const everything = require.resolve('@modelcontextprotocol/server-everything/dist/index.js')
const command = process.execPath

/** A hub that starts two programs and no others: one that works on files, one that shows what MCP can do. */
export function demoTools(): McpHub {
  return new McpHub({
    commands: [
      { command, args: [filesystem, /\/.+/] },
      { command, args: [everything, 'stdio'] },
    ],
  })
}

/** The two programs as servers of a session, or the one of this id. They are started when the agent first looks for tools. */
export function demoServers(id?: string): readonly ServerConfig[] {
  const servers: readonly ServerConfig[] = [
    { id: 'files', transport: 'stdio', command, args: [filesystem, `\${session:workspace}`] },
    { id: 'everything', transport: 'stdio', command, args: [everything, 'stdio'] },
  ]
  return id === undefined ? servers : servers.filter((server) => server.id === id)
}

/** Gives a session both servers. */
export async function addServers(hub: McpHub, session: Session): Promise<void> {
  for (const server of demoServers()) await hub.for(session).add(server)
}
