import assert from 'node:assert/strict'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { createSessionManager, loadConfig } from '@sess/config'
import { McpHub } from '@sess/mcp'
import { PromptComposer } from '@sess/prompt'

const hub = new McpHub({
  factories: {
    clock: () => {
      const server = new McpServer({ name: 'clock', version: '1.0.0' })
      server.registerTool('hour', {}, () => ({ content: [{ type: 'text', text: 'noon' }] }))
      return server
    },
  },
})
const ports = {
  promptComposer: new PromptComposer({
    global: [{ id: 'base', name: 'Base', scope: 'global', template: 'You help {{name}}.' }],
  }),
  resources: [hub],
  tools: hub,
}

for (const store of [
  { type: 'memory' },
  { type: 'redis', redis: { url: process.env.REDIS_URL } },
  { type: 'mysql', mysql: { url: process.env.MYSQL_URL } },
]) {
  const config = await loadConfig({ store }, {})
  const manager = await createSessionManager(config, {
    ...ports,
    agent: async ({ systemPrompt, tools }) => {
      const { output } = await tools.call('clock__hour', {})
      return `${systemPrompt} ${JSON.stringify(output)}`
    },
  })
  const ada = manager.for({ orgId: 'acme', userId: 'ada' })
  const session = await ada.createSession({ promptVariables: { name: 'Ada' } })
  await hub.for(session).add({ id: 'clock', transport: 'in-process', factory: 'clock' })
  const { text } = await session.sendMessage('What time is it?')
  assert.match(text, /^You help Ada\. .*noon/)
  await session.delete()
  await manager.close()
}
