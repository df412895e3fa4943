import assert from 'node:assert/strict'
import { sharedRedis } from '@sess/test-servers'
import { Redis } from 'ioredis'
import { inject, test } from 'vitest'
import { Connection } from '../src/connection.ts'

async function given(): Promise<Redis> {
  const client = new Redis(await sharedRedis(inject('testServers')), { lazyConnect: true })
  await client.ping()
  const ended = new Promise((resolve) => client.once('end', resolve))
  client.disconnect()
  await ended
  return client
}

test('a client of the store that the driver gave up connects again', async () => {
  const client = await given()
  await new Connection(client, true).ready()
  assert.equal(await client.ping(), 'PONG')
  client.disconnect()
})

test('a client of the caller that was ended stays so', async () => {
  const client = await given()
  await assert.rejects(async () => new Connection(client, false).ready(), /Connection is closed/)
  assert.equal(client.status, 'end')
})
