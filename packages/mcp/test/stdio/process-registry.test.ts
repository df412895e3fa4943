import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { processFacts, processSpace } from '../../src/stdio/process-facts.ts'
import { recordName } from '../../src/stdio/process-record.ts'
import { ProcessRegistry } from '../../src/stdio/process-registry.ts'
import { failure } from '../drivers/failure.ts'
import { until } from '../drivers/until.ts'
import { serverProgram } from '../servers/server-program.ts'
import { isAlive } from './fault-server.ts'

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'runtime-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Starts a program of ours and waits for its first line. */
async function startProgram(name: string, args: readonly string[]): Promise<[ChildProcessWithoutNullStreams, string]> {
  const child = spawn(process.execPath, [await serverProgram(name), ...args])
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return [child, String(line)]
}

async function startHost(
  folder: string,
  start: string,
): Promise<{ host: ChildProcessWithoutNullStreams; pids: number[] }> {
  const [host, line] = await startProgram('driver-host', [folder, await serverProgram('fault-stdio'), start])
  const pids = line.split(' ').map(Number)
  // They take no SIGTERM, and whoever started them may be gone.
  onTestFinished(() => {
    for (const pid of pids.filter(isAlive)) process.kill(pid, 'SIGKILL')
  })
  expect(pids.map(isAlive)).toEqual([true, true])
  return { host, pids }
}

async function kill(host: ChildProcessWithoutNullStreams): Promise<void> {
  const exited = once(host, 'exit')
  host.kill('SIGKILL')
  await exited
}

describe('what a killed process leaves', { timeout: 30_000 }, () => {
  it('is ended by the next one, server and grandchild', async () => {
    const folder = makeFolder()
    const { host, pids } = await startHost(folder, 'stubborn')
    await kill(host)
    expect(pids.map(isAlive)).toEqual([true, true])
    expect(new ProcessRegistry({ runtimeFolder: folder }).reap()).toBe(1)
    await until(() => !pids.some(isAlive))
    expect(new ProcessRegistry({ runtimeFolder: folder }).reap()).toBe(0)
  })

  it('is ended also if only the grandchild is left', async () => {
    const folder = makeFolder()
    const { host, pids } = await startHost(folder, 'normal')
    const [server = 0, grandchild = 0] = pids
    await kill(host)
    await until(() => !isAlive(server))
    expect(isAlive(grandchild)).toBe(true)
    expect(new ProcessRegistry({ runtimeFolder: folder }).reap()).toBe(1)
    await until(() => !isAlive(grandchild))
  })

  it('is left alone while its process lives', async () => {
    const folder = makeFolder()
    const { pids } = await startHost(folder, 'stubborn')
    expect(new ProcessRegistry({ runtimeFolder: folder }).reap()).toBe(0)
    expect(pids.map(isAlive)).toEqual([true, true])
  })

  it('a process that exits by itself leaves nothing', async () => {
    const folder = makeFolder()
    const { host, pids } = await startHost(folder, 'stubborn')
    host.stdin.write('go\n')
    await once(host, 'exit')
    await until(() => !pids.some(isAlive))
    expect(readdirSync(join(folder, String(processSpace())))).toEqual([])
  })

  it('a number that was given to another process is not killed; the very same process is', async () => {
    const folder = makeFolder()
    const victim = spawn('/bin/sleep', ['300'], { detached: true, stdio: 'ignore' })
    onTestFinished(() => void victim.kill('SIGKILL'))
    const pid = victim.pid ?? 0
    const groupStartTicks = processFacts(pid)?.startTicks ?? 0
    const leave = (ticks: number): void => {
      const record = {
        hostId: 4_194_304,
        hostStartTicks: 1,
        groupId: pid,
        groupStartTicks: ticks,
        token: '0123456789abcdef',
      }
      mkdirSync(join(folder, String(processSpace())), { recursive: true })
      writeFileSync(join(folder, String(processSpace()), recordName(record)), '')
    }
    leave(groupStartTicks + 1)
    expect(new ProcessRegistry({ runtimeFolder: folder }).reap()).toBe(0)
    expect(isAlive(pid)).toBe(true)
    leave(groupStartTicks)
    expect(new ProcessRegistry({ runtimeFolder: folder }).reap()).toBe(1)
    await until(() => !isAlive(pid))
  })
})

describe('the cap on processes', { timeout: 30_000 }, () => {
  it('holds in one process, and a place that is left is free', async () => {
    const registry = new ProcessRegistry({ maxProcesses: 2 })
    const [one] = await Promise.all([registry.enter(), registry.enter()])
    expect(await failure(registry.enter())).toMatchObject({
      code: 'MCP_LIMIT',
      details: { limit: 2, unit: 'processes' },
    })
    one?.leave()
    one?.leave()
    expect(registry.size).toBe(1)
    await registry.enter()
    expect(registry.size).toBe(2)
  })

  it('holds across processes, and those of the dead do not count', async () => {
    const folder = makeFolder()
    const hosts = await Promise.all(
      [1, 2, 3, 4].map(async () => await startProgram('registry-host', [folder, '8', '5'])),
    )
    const taken = hosts.map(([, line]) => Number(line)).reduce((sum, count) => sum + count)
    expect(taken).toBeLessThanOrEqual(8)
    expect(taken).toBeGreaterThan(0)
    for (const [host] of hosts) await kill(host)
    const [, afterwards] = await startProgram('registry-host', [folder, '8', '8'])
    expect(afterwards).toBe('8')
  })

  it.each([
    ['others may write to', (folder: string) => chmodSync(folder, 0o777)],
    [
      'is a symbolic link',
      (folder: string) => {
        rmSync(folder, { recursive: true })
        symlinkSync(tmpdir(), folder)
      },
    ],
  ])('a folder that %s is refused', async (_, spoil) => {
    const folder = makeFolder()
    spoil(folder)
    const registry = new ProcessRegistry({ runtimeFolder: folder })
    expect(await failure(registry.enter())).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { field: 'runtimeFolder' },
    })
    expect(registry.size).toBe(0)
  })
})
