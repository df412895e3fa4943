import { appendFileSync } from 'node:fs'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'

const [, , ledger = ''] = process.argv
const server = new Server({ name: 'ledger', version: '1.0.0' }, { capabilities: { tools: {} } })
const names = ['pay', 'pay-and-die', 'pay-and-hang']

/** Tools with an effect that a file counts: one line for each time that one of them really ran. */
server.setRequestHandler(ListToolsRequestSchema, async () => {
  return { tools: names.map((name) => ({ name, inputSchema: { type: 'object' as const } })) }
})
server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
  appendFileSync(ledger, `${params.name}\n`)
  if (params.name === 'pay-and-die') process.kill(process.pid, 'SIGKILL')
  if (params.name === 'pay-and-hang')
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  if (signal.aborted) appendFileSync(ledger, 'cancelled\n')
  return { content: [{ type: 'text' as const, text: 'paid' }] }
})
await server.connect(new StdioServerTransport())
