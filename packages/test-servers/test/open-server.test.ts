import { createConnection } from 'mysql2/promise'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { askRedis, openMysql, openRedis, startMariadb, startRedis } from '../src/index.ts'

afterEach(() => vi.unstubAllEnvs())

test('redis: the URL that is given is taken, and its server left as it is', async () => {
  const given = await startRedis()
  onTestFinished(() => given.stop())
  vi.stubEnv('SESS_TEST_REDIS_URL', given.url)
  const redis = await openRedis()
  expect(redis.url).toBe(given.url)
  await redis.stop()
  expect(await askRedis(given.port, 'PING')).toBe('PONG')
})

test('redis: without a URL a new server is started, and ended', async () => {
  vi.stubEnv('SESS_TEST_REDIS_URL', '')
  const redis = await openRedis()
  const port = Number(new URL(redis.url).port)
  expect(await askRedis(port, 'DBSIZE')).toBe(0)
  await redis.stop()
  await expect(askRedis(port, 'PING')).rejects.toThrow(/ECONNREFUSED/)
})

test('mysql: on a server that is given, only what was made is removed', async () => {
  const given = await startMariadb()
  onTestFinished(() => given.stop())
  const others = await given.database()
  vi.stubEnv('SESS_TEST_MYSQL_URL', given.url)
  const mysql = await openMysql()
  const made = await mysql.database()
  expect(await databases(given.url)).toEqual(expect.arrayContaining([nameIn(others), nameIn(made)]))
  await mysql.stop()
  expect(await databases(given.url)).toContain(nameIn(others))
  expect(await databases(given.url)).not.toContain(nameIn(made))
  await expect(databases(made)).rejects.toThrow(/denied/)
})

function nameIn(url: string): string {
  return new URL(url).pathname.slice(1)
}

async function databases(uri: string): Promise<unknown[]> {
  const connection = await createConnection({ uri, rowsAsArray: true })
  try {
    const [rows] = await connection.query('SHOW DATABASES')
    return [rows].flat(2)
  } finally {
    await connection.end()
  }
}
