import { SessionManager } from '@sess/core'
import { McpHub } from '../src/index.ts'
import { folderAt, ledgerTools, type ProgramTask, programRules } from './session-task.ts'
import { openStore } from './stores.ts'

/** A process of its own: makes a session with a server, and calls a tool of it that never answers, in a turn. It waits to be killed. */
process.once('message', (task: ProgramTask) => void work(task))
process.once('disconnect', () => process.exit())

async function work({ store, folder, servers }: ProgramTask): Promise<void> {
  const hub = new McpHub({ commands: programRules })
  const manager = new SessionManager({
    store: openStore(store),
    cleanup: false,
    resources: [folderAt(folder), hub],
    tools: hub,
    turns: { leaseMs: 1_000, renewMs: 300 },
    agent: async ({ tools }) => `${(await tools.call(ledgerTools.hang, { amount: 7 })).output}`,
  })
  const session = await manager.for({ orgId: 'acme', userId: 'ada' }).createSession()
  for (const server of servers) await hub.for(session).add(server)
  const chat = await session.createChat()
  await hub.for(session).listTools()
  process.send?.({ sessionId: session.id, chatId: chat.id })
  await chat.sendMessage('Pay!')
}
