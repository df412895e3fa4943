import { createRequire } from 'node:module'
import type { Session } from '@sess/core'
import { McpHub } from '@sess/mcp'

const require = createRequire(import.meta.url)
const filesystem = require.resolve('@modelcontextprotocol/server-filesystem/dist/index.js')
const everything = require.resolve('@modelcontextprotocol/server-everything/dist/index.js')

/** A hub that starts two programs and no others: one that works on files, one that shows what MCP can do. */
export function demoTools(): McpHub {
  return new McpHub({
    commands: [
      { command: process.execPath, args: [filesystem, /\/.+/] },
      { command: process.execPath, args: [everything, 'stdio'] },
    ],
  })
}

/** Gives a session both servers. They are started when the agent first looks for tools. */
export async function addServers(hub: McpHub, session: Session): Promise<void> {
  const clients = hub.for(session)
  const command = process.execPath
  await clients.add({ id: 'files', transport: 'stdio', command, args: [filesystem, `\${session:workspace}`] })
  await clients.add({ id: 'everything', transport: 'stdio', command, args: [everything, 'stdio'] })
}
