import assert from 'node:assert/strict'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SessionManager } from '@sess/core'
import { McpHub } from '@sess/mcp'
import { RedisStore } from '@sess/store-redis'

const hub = new McpHub({
  factories: {
    clock: () => {
      const server = new McpServer({ name: 'clock', version: '1.0.0' })
      server.registerTool('hour', {}, () => ({ content: [{ type: 'text', text: 'noon' }] }))
      return server
    },
  },
})
const manager = new SessionManager({
  store: new RedisStore({ url: process.env.REDIS_URL ?? '' }),
  agent: async ({ tools }) => JSON.stringify((await tools.call('clock__hour', {})).output),
  resources: [hub],
  tools: hub,
})
const session = await manager.for({ orgId: 'acme', userId: 'ada' }).createSession()
await hub.for(session).add({ id: 'clock', transport: 'in-process', factory: 'clock' })
const { text } = await session.sendMessage('What time is it?')
assert.match(text, /noon/)
await session.delete()
await manager.close()
