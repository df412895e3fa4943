import assert from 'node:assert/strict'
import { createSessionManager, loadConfig } from '@sess/config'
import { isSessError } from '@sess/core'

const store = { type: 'mysql', mysql: { url: process.env.MYSQL_URL } }
const config = await loadConfig({ store }, {})
const manager = await createSessionManager(config, { agent: async () => 'Hello, Ada!' })
const session = await manager.for({ orgId: 'acme', userId: 'ada' }).createSession()
await session.sendMessage('Hello!')
assert.deepEqual(
  (await session.getMessages()).map(({ content }) => content),
  ['Hello!', 'Hello, Ada!'],
)
await manager.close()

// The package of a store that is not installed is asked for by name.
const other = await loadConfig({ store: { type: 'redis', redis: { addr: 'localhost:1' } } }, {})
await assert.rejects(createSessionManager(other, {}), (error) => {
  assert.ok(isSessError(error, 'PACKAGE_MISSING'))
  assert.equal(error.details.package, '@sess/store-redis')
  return true
})
