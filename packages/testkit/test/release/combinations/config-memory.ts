import assert from 'node:assert/strict'
import { createSessionManager, loadConfig } from '@sess/config'

const config = await loadConfig({ limits: { messages_per_chat: 2 } }, {})
const manager = await createSessionManager(config, { agent: async () => 'Hello, Ada!' })
const session = await manager.for({ orgId: 'acme', userId: 'ada' }).createSession()
await session.sendMessage('Hello!')
await session.sendMessage('Hello again!')
assert.equal((await session.getMessages()).length, 2)
await manager.close()
