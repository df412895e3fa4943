import { existsSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { askRedis } from '../src/ask-redis.ts'
import { type RedisOptions, startRedis } from '../src/index.ts'

test('redis: answers on its URL, empty, with its version', async () => {
  const redis = await started()
  expect(await askRedis(redis.port, 'DBSIZE')).toBe(0)
  expect(redis.url).toBe(`redis://127.0.0.1:${redis.port}`)
  expect(await askRedis(redis.port, 'INFO', 'server')).toContain(`redis_version:${redis.version}`)
})

test('redis: listens on loopback, on a port that leaves room for the cluster bus', async () => {
  const redis = await started()
  expect(redis.port).toBeGreaterThanOrEqual(20_000)
  expect(redis.port).toBeLessThan(30_000)
  expect(await askRedis(redis.port, 'CONFIG', 'GET', 'bind')).toEqual(['bind', '127.0.0.1'])
})

test('redis: with durability, what was answered is there after a kill', async () => {
  const redis = await started({ durability: 'always' })
  await askRedis(redis.port, 'SET', 'key', 'value')
  const { pid, port } = redis
  await redis.kill()
  await expect(askRedis(port, 'PING')).rejects.toThrow(/ECONNREFUSED/)
  await redis.restart()
  expect(redis.port).toBe(port)
  expect(redis.pid).not.toBe(pid)
  expect(await askRedis(port, 'GET', 'key')).toBe('value')
})

test('redis: own arguments come last', async () => {
  const redis = await started({ args: ['--maxmemory', '2mb', '--appendonly', 'yes'] })
  expect(await askRedis(redis.port, 'CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', '2097152'])
  expect(await askRedis(redis.port, 'CONFIG', 'GET', 'appendonly')).toEqual(['appendonly', 'yes'])
})

test('redis: paused, it answers nothing until it is resumed', async () => {
  const redis = await started()
  redis.pause()
  const reply = askRedis(redis.port, 'PING')
  expect(await Promise.race([reply, new Promise((resolve) => setTimeout(resolve, 100, 'nothing'))])).toBe('nothing')
  redis.resume()
  expect(await reply).toBe('PONG')
})

test('redis: stopped, it leaves no process and no folder; paused or twice as well', async () => {
  const redis = await startRedis()
  const { pid, dataDir } = redis
  expect(existsSync(dataDir)).toBe(true)
  redis.pause()
  await Promise.all([redis.stop(), redis.stop()])
  expect(existsSync(dataDir)).toBe(false)
  expect(() => process.kill(pid, 0)).toThrow(/ESRCH/)
  await expect(redis.restart()).rejects.toThrow(/stopped/)
})

test('redis: wrong arguments fail with what the server said, and leave nothing', async () => {
  await expect(startRedis({ args: ['--no-such-option', '1'] })).rejects.toThrow(/Bad directive/)
})

test('redis: ten at once get ten ports', async () => {
  const servers = await Promise.all(Array.from({ length: 10 }, () => started()))
  expect(new Set(servers.map(({ port }) => port)).size).toBe(10)
})

async function started(options?: RedisOptions) {
  const server = await startRedis(options)
  onTestFinished(() => server.stop())
  return server
}
