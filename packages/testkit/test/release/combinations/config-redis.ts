import assert from 'node:assert/strict'
import { createSessionManager, loadConfig } from '@sess/config'

const store = { type: 'redis', redis: { url: process.env.REDIS_URL } }
const config = await loadConfig({ store }, {})
const manager = await createSessionManager(config, { agent: async () => 'Hello, Ada!' })
const session = await manager.for({ orgId: 'acme', userId: 'ada' }).createSession()
await session.sendMessage('Hello!')
assert.deepEqual(
  (await session.getMessages()).map(({ content }) => content),
  ['Hello!', 'Hello, Ada!'],
)
await session.delete()
await manager.close()
