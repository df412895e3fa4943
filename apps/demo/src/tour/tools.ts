import type { Workspaces } from '@sess/core/workspace'
import type { McpHub } from '@sess/mcp'
import { addServers } from '../demo-tools.ts'
import { expectRefusal, say } from '../screen.ts'
import type { Stage } from './open-sessions.ts'

/** A session has tools of real MCP servers; the agent uses them, and they end with the session. */
export async function showTools({ screen, manager, ada }: Stage, hub: McpHub, folders: Workspaces): Promise<void> {
  screen.heading('9 · Tools of MCP servers')
  const session = await ada.createSession({ name: 'Tools' })
  const clients = hub.for(session)
  await addServers(hub, session)
  const tools = await clients.listTools()
  const states = (await clients.list()).map(({ id, state }) => `${id} (${state})`)
  screen.done(`Servers connected: ${states.join(', ')}, with ${tools.length} tools`)

  const calls: string[] = []
  const stop = manager.on('mcp-tool-called', ({ details }) => calls.push(`${details.tool}: ${details.outcome}`))
  await say(screen, 'ada', session, 'Write "Water the roses" to todo.md')
  await say(screen, 'ada', session, 'List my files')
  await say(screen, 'ada', session, 'What is 19 plus 23?')
  stop()
  screen.detail(`calls as the audit has them: ${calls.join(', ')}`)
  const roles = (await session.getMessages()).map(({ role }) => role)
  screen.detail(
    `in the chat: ${roles.filter((role) => role === 'tool').length} results of tools, each right behind its call`,
  )

  const path = `${folders.pathOf(session.record)}/../other`
  const outside = await clients.callTool('files__list_directory', { path })
  if (!outside.isError) throw new Error('the server should stay in the folder')
  screen.refused('A file above the folder: the server refuses it')
  const denied = clients.add({ id: 'shell', transport: 'stdio', command: 'bash', args: ['-c', 'id'] })
  await expectRefusal(screen, 'A program that is not allowed', 'MCP_POLICY_DENIED', denied)
  await session.delete()
  screen.done('Session deleted, and its servers ended')
}
