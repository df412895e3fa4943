import assert from 'node:assert/strict'
import { SessionManager } from '@sess/core'
import { PromptComposer } from '@sess/prompt'
import { MysqlStore } from '@sess/store-mysql'

const promptComposer = new PromptComposer({
  global: [{ id: 'base', name: 'Base', scope: 'global', template: 'You help {{name}}.' }],
})
const manager = new SessionManager({
  store: new MysqlStore({ url: process.env.MYSQL_URL ?? '' }),
  agent: async ({ systemPrompt }) => systemPrompt,
  promptComposer,
})
const ada = manager.for({ orgId: 'acme', userId: 'ada' })
const { id } = await ada.createSession({ promptVariables: { name: 'Ada' } })
assert.equal((await (await ada.getSession(id)).sendMessage('Hello!')).text, 'You help Ada.')
await manager.close()
