import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { environmentOf, leftIn } from './left-by.ts'

// These tests end whole processes, so they start their own, on a bundle of the sources.
let folder = ''
let bundle = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'test-servers-'))
  bundle = join(folder, 'index.mjs')
  const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url))
  const external = ['mysql2', 'vitest']
  // What makes certificates is no ES module.
  const js = "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);"
  const options = { bundle: true, platform: 'node', format: 'esm', external, banner: { js } } as const
  await build({ entryPoints: [entry], outfile: bundle, ...options })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each([
  ['normal end', 'process.exit(0)', undefined],
  ['the end of its work, servers forgotten', '', undefined],
  ['uncaught exception', 'throw new Error("on purpose")', undefined],
  ['SIGKILL', 'wait()', 'SIGKILL'],
  ['Ctrl-C', 'wait()', 'SIGINT'],
  ['SIGTERM', 'wait()', 'SIGTERM'],
] as const)('clean-up after %s', (_, ending, signal) => {
  test('no process and no folder is left', async () => {
    const child = script(`
      const servers = await Promise.all([startRedis(), startRedis()])
      servers[0].pause()
      say(servers)
      ${ending}
    `)
    const servers = await said(child)
    expect(servers).toHaveLength(2)
    if (signal !== undefined) {
      for (const { pid, dataDir } of servers) expect([isAlive(pid), existsSync(dataDir)]).toEqual([true, true])
      sendTo(child, signal)
    }
    await exited(child)
    for (const { pid, dataDir } of servers) {
      await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false)
      await expect.poll(() => existsSync(dataDir), { timeout: 5_000 }).toBe(false)
    }
    await expect.poll(() => leftIn(child.temp)).toEqual([])
  })
})

test('clean-up: SIGKILL at any moment of a start leaves nothing', async () => {
  for (const delayMs of [5, 20, 50, 100, 200, 400, 800, 1200]) {
    const child = script('say([]); await Promise.all([startRedis(), startMariadb(), startRedis()]); wait()')
    await said(child)
    const killed = new Promise((resolve) => setTimeout(resolve, delayMs)).then(() => sendTo(child, 'SIGKILL'))
    await Promise.all([killed, exited(child)])
    await expect.poll(() => leftIn(child.temp), { timeout: 5_000 }).toEqual([])
  }
}, 20_000)

interface Said {
  readonly pid: number
  readonly dataDir: string
}

/** Its temporary folder is named for the test alone: what is left there, or works there, was left by it. */
function script(code: string): ChildProcess & { readonly temp: string } {
  const temp = join(folder, `temp-${Math.random().toString(36).slice(2)}`)
  const prelude = `
    import { mkdirSync, writeSync } from 'node:fs'
    import { startMariadb, startRedis } from ${JSON.stringify(bundle)}
    mkdirSync(process.env.TMPDIR)
    const wait = () => setInterval(() => {}, 1000)
    const say = (servers) => writeSync(1, JSON.stringify(servers.map(({ pid, dataDir }) => ({ pid, dataDir }))) + '\\n')
  `
  const child = spawn(process.execPath, ['--input-type=module', '--eval', `${prelude}${code}`], {
    // A group of its own, as in a terminal, so that Ctrl-C can be sent to all of it.
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, TMPDIR: temp },
  })
  return Object.assign(child, { temp })
}

async function said(child: ChildProcess): Promise<readonly Said[]> {
  let text = ''
  for await (const piece of child.stdout ?? []) {
    text += piece
    if (text.includes('\n')) return JSON.parse(text)
  }
  throw new Error(`The script said nothing whole: ${text}`)
}

function sendTo(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) throw new Error('The script did not start.')
  // Ctrl-C reaches the whole group; the other signals are sent to the process alone.
  process.kill(signal === 'SIGINT' ? -child.pid : child.pid, signal)
}

async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

function isAlive(pid: number): boolean {
  // Only its init can take a dead orphan's pid away, and may take seconds: on Linux, look at what is left of it.
  if (existsSync('/proc/self')) return environmentOf(`${pid}`) !== ''
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
