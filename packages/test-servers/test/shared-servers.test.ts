import { createConnection } from 'mysql2/promise'
import { expect, inject, test } from 'vitest'
import { askRedis, sharedDatabase, sharedRedis } from '../src/index.ts'

const testServers = inject('testServers')

test('shared: all who ask get the same Redis', async () => {
  const urls = await Promise.all([sharedRedis(testServers), sharedRedis(testServers)])
  expect(urls[0]).toBe(urls[1])
  const given = process.env.SESS_TEST_REDIS_URL
  if (given) expect(urls[0]).toBe(given)
  else expect(await askRedis(Number(new URL(urls[0]).port), 'PING')).toBe('PONG')
})

test('shared: each who asks gets a database of its own', async () => {
  const urls = await Promise.all([sharedDatabase(testServers), sharedDatabase(testServers)])
  expect(urls[0]).not.toBe(urls[1])
  const connection = await createConnection({ uri: urls[0] })
  const [rows] = await connection.query('SHOW TABLES')
  await connection.end()
  expect(rows).toEqual([])
})

test('shared: what cannot be answered is said', async () => {
  await expect(sharedRedis(`${testServers}elsewhere/`)).rejects.toThrow('There is no elsewhere.')
})
