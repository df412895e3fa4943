import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { leftIn } from './left-by.ts'

const vitest = dirname(createRequire(import.meta.url).resolve('vitest/package.json'))
const source = (name: string): string => fileURLToPath(new URL(`../src/${name}`, import.meta.url))

/** A run of Vitest, in a process group of its own as in a terminal, whose one test uses both servers and then waits for good. */
async function runThatWaits(): Promise<ChildProcess & { readonly temp: string; readonly ready: string }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'interrupted-run-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const temp = join(folder, 'temp')
  const ready = join(folder, 'ready')
  await mkdir(temp)
  await symlink(dirname(vitest), join(folder, 'node_modules'))
  const config = { test: { testTimeout: 600_000, globalSetup: [source('vitest-setup.ts')] } }
  await writeFile(join(folder, 'vitest.config.mjs'), `export default ${JSON.stringify(config)}`)
  await writeFile(
    join(folder, 'waits.test.mjs'),
    `
      import { writeFileSync } from 'node:fs'
      import { inject, test } from 'vitest'
      import { sharedDatabase, sharedRedis } from ${JSON.stringify(source('shared-servers.ts'))}
      test('waits', async () => {
        const servers = inject('testServers')
        const urls = [await sharedRedis(servers), await sharedDatabase(servers)]
        writeFileSync(${JSON.stringify(ready)}, urls.join())
        await new Promise(() => setInterval(() => {}, 1000))
      })
    `,
  )
  const child = spawn(process.execPath, [join(vitest, 'vitest.mjs'), 'run', '--root', folder], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, TMPDIR: temp },
  })
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), 'SIGKILL')
  })
  return Object.assign(child, { temp, ready })
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s to a whole run of Vitest leaves no server and no folder',
  async (signal) => {
    const run = await runThatWaits()
    await expect.poll(() => existsSync(run.ready), { timeout: 50_000 }).toBe(true)
    expect(ofOurs(run.temp).length).toBeGreaterThan(2)
    const ended = once(run, 'exit')
    process.kill(-(run.pid ?? 0), signal)
    await ended
    await expect.poll(() => ofOurs(run.temp), { timeout: 10_000 }).toEqual([])
  },
  90_000,
)

/** Processes, and folders of servers. An interrupted Vitest leaves a folder of its own. */
function ofOurs(temp: string): string[] {
  return leftIn(temp).filter((name) => /^sess-|^\d+$/.test(name))
}
