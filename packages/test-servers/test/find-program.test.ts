import { chmod, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { findExecutable } from '../src/find-executable.ts'
import { askRedis, findChromium, startRedis } from '../src/index.ts'

// Each test sees only what it puts here.
let path = ''

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'test-servers-'))
  return async () => {
    vi.unstubAllEnvs()
    await rm(path, { recursive: true })
  }
})

test('no binary, no apt and no Docker: one sentence says what to do', async () => {
  onlyPath()
  await expect(startRedis()).rejects.toThrow(
    'Redis is needed for these tests: put redis-server on PATH, ' +
      'run the tests as root on Debian or Ubuntu to have it installed, or start Docker.',
  )
})

test('no Chromium: one sentence says so, and the tests are left out', async () => {
  const warnings: string[] = []
  const listener = (warning: Error): number => warnings.push(warning.message)
  process.on('warning', listener)
  onTestFinished(() => void process.off('warning', listener))
  onlyPath()
  expect(await findChromium()).toBeNull()
  await expect
    .poll(() => warnings)
    .toEqual([expect.stringMatching(/^No Chromium, so its tests are left out: put one of/)])
})

test('a Chromium is found by any of its names', async () => {
  await addScript('google-chrome', 'exit 0')
  onlyPath()
  expect(await findChromium()).toBe(join(path, 'google-chrome'))
})

test('a Docker without an engine is as good as none', async () => {
  await addScript('docker', 'exit 1')
  onlyPath()
  await expect(startRedis()).rejects.toThrow(/is needed for these tests/)
})

test('a Redis that Debian has installed without its service is started', async () => {
  await symlink(await realpath(redisServer()), join(path, 'redis-check-rdb'))
  onlyPath()
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  expect(await askRedis(redis.port, 'PING')).toBe('PONG')
})

test('in Docker, the container is signalled and removed by its name', async () => {
  // Stands in for the client: runs the entrypoint here, and remembers its pid as the container's name.
  await addScript(
    'docker',
    `case $1 in
      run) while [ "$1" != --name ]; do shift; done; echo $$ >"${path}/$2"
        while [ "$1" != --entrypoint ]; do shift; done; echo "$3" >"${path}/image"
        shift 3; exec "${redisServer()}" "$@" ;;
      kill) kill -s "\${3#SIG}" "$(/bin/cat "${path}/$4")" ;;
      rm) /bin/rm "${path}/$3" ;;
    esac`,
  )
  onlyPath()
  const redis = await startRedis({ durability: 'always' })
  onTestFinished(() => redis.stop())
  await askRedis(redis.port, 'SET', 'key', 'value')
  redis.pause()
  redis.resume()
  await redis.kill()
  await redis.restart()
  expect(await askRedis(redis.port, 'GET', 'key')).toBe('value')
  await redis.stop()
  await expect(askRedis(redis.port, 'PING')).rejects.toThrow(/ECONNREFUSED/)
})

function onlyPath(): void {
  vi.stubEnv('PATH', path)
  vi.stubEnv('SESS_TEST_INSTALL', '0')
}

function redisServer(): string {
  const found = findExecutable('redis-server')
  if (found === undefined) throw new Error('This test borrows the redis-server on PATH.')
  return found
}

async function addScript(name: string, script: string): Promise<void> {
  await writeFile(join(path, name), `#!/bin/sh\n${script}\n`)
  await chmod(join(path, name), 0o755)
}
