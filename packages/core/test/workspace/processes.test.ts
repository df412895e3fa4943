import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { chmod, chown, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isSessError, SessError } from '@sess/core'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { type NamedSession, type Workspace, workspaces } from '../../src/workspace/index.ts'
import { codeOf } from '../failures.ts'
import { inTemporaryFolder, newSession, tree } from './cases/world.ts'
import { bundled, Program, type ProgramTask } from './processes/run-program.ts'

const long = process.env.SESS_TEST_LONG === '1'
const isRoot = process.geteuid?.() === 0
const nobody = 65_534
let program = ''
let swapper = ''

beforeAll(async () => {
  ;[program, swapper] = await Promise.all([bundled('program'), bundled('swapper')])
}, 60_000)

function start(task: ProgramTask, uid?: number): Program {
  const started = new Program(program, task, uid)
  onTestFinished(() => started.kill())
  return started
}

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777

for (const uid of isRoot ? [undefined, nobody] : [undefined])
  for (const umask of [0o000, 0o022, 0o077, 0o277, 0o777])
    test(`umask 0${umask.toString(8).padStart(3, '0')}${uid ? ', not as root' : ''}: all works, and modes are 0700 and 0600`, async () => {
      await inTemporaryFolder(async (temp) => {
        if (uid) await chown(temp, uid, uid)
        const [root, session] = [join(temp, 'root'), newSession()]
        await mkdir(root, { mode: 0o700 })
        if (uid) await chown(root, uid, uid)
        expect(await start({ does: 'live', root, session, umask }, uid).result).toBe('again')
        const path = join(root, 'ada.acme', session.id)
        for (const folder of [join(root, 'ada.acme'), join(root, '.trash'), path, join(path, 'deep')])
          expect([folder, await modeOf(folder)]).toEqual([folder, 0o700])
        expect(await modeOf(`${path}.owner`)).toBe(0o600)
        expect(await start({ does: 'destroy', root, session, umask }, uid).result).toBe('destroyed')
        expect(await tree(root)).toEqual([])
      })
    }, 30_000)

test('not as root: folders without rights are counted, and destroyed', async (context) => {
  if (!isRoot) context.skip('only root can start a process as another user')
  await inTemporaryFolder(async (temp) => {
    await chmod(temp, 0o755)
    const [root, session] = [join(temp, 'root'), newSession()]
    await mkdir(root)
    await chown(root, nobody, nobody)
    await start({ does: 'live', root, session }, nobody).result
    const path = join(root, 'ada.acme', session.id)
    const script = `
      const fs = require('fs')
      for (const name of ['unreadable', 'unlistable', 'fixed']) {
        fs.mkdirSync(name + '/deep', { recursive: true })
        fs.writeFileSync(name + '/deep/file', 'x'.repeat(1000))
        fs.chmodSync(name + '/deep', { unreadable: 0o000, unlistable: 0o400, fixed: 0o500 }[name])
        fs.chmodSync(name, { unreadable: 0o000, unlistable: 0o400, fixed: 0o500 }[name])
      }`
    execFileSync(process.execPath, ['--input-type=commonjs', '--eval', script], { cwd: path, uid: nobody, gid: nobody })
    expect(await start({ does: 'measure', root, session }, nobody).result).toEqual({ bytes: 3000, entries: 10 })
    // Once more, as the count has given the rights back.
    execFileSync('chmod', ['000', 'unreadable/deep', 'unreadable', 'fixed'], { cwd: path })
    execFileSync('chmod', ['300', 'unlistable/deep', 'unlistable'], { cwd: path })
    await start({ does: 'destroy', root, session }, nobody).result
    expect(await tree(root)).toEqual([])
  })
}, 30_000)

test('two processes make 1,000 workspaces for the same owners at once: all are there', async () => {
  await inTemporaryFolder(async (temp) => {
    const [root, session] = [join(temp, 'root'), newSession()]
    const task: ProgramTask = { does: 'provision', root, session, count: 500 }
    const made = (await Promise.all([start(task).result, start(task).result])).flat() as NamedSession[]
    const folders = workspaces(root)
    expect(made).toHaveLength(1000)
    for (const one of made) expect(await folders.for(one).list()).toEqual([])
    expect((await readdir(root)).sort()).toEqual([
      '.trash',
      ...Array.from({ length: 7 }, (_, index) => `user-${index}.acme`),
    ])
    expect(await readdir(join(root, '.trash'))).toEqual([])
  })
}, 60_000)

test("two processes make and remove workspaces of one owner: the owner's folder that comes and goes is in nobody's way", async () => {
  await inTemporaryFolder(async (temp) => {
    const [root, session] = [join(temp, 'root'), newSession()]
    const task: ProgramTask = { does: 'come-and-go', root, session, count: long ? 1_000 : 100 }
    expect(await Promise.all([start(task).result, start(task).result])).toEqual([task.count, task.count])
    expect(await tree(root)).toEqual([])
  })
}, 120_000)

test('two processes that write at once exceed a quota by 1/64 at most', async () => {
  await inTemporaryFolder(async (temp) => {
    const [root, session] = [join(temp, 'root'), newSession()]
    const options = { maxBytes: 64_000 }
    await workspaces(root).provision(session)
    const task: ProgramTask = { does: 'write', root, session, count: 80, options }
    const written = (await Promise.all([start(task).result, start(task).result])) as number[]
    const { bytes } = await workspaces(root).for(session).usage()
    expect(bytes).toBe(((written[0] ?? 0) + (written[1] ?? 0)) * 1000)
    expect(bytes).toBeLessThanOrEqual(65_000)
    expect(bytes).toBeGreaterThanOrEqual(62_000)
  })
}, 60_000)

test('a process that is killed while it destroys: the next destroy, or the reaper, removes the rest', async () => {
  await inTemporaryFolder(async (temp) => {
    const root = join(temp, 'root')
    const folders = workspaces(root)
    for (const finish of ['destroy', 'reap'] as const) {
      const session = newSession()
      for (let files = 50; ; files *= 2) {
        await folders.provision(session)
        fill(folders.pathOf(session), 40, files)
        const destroying = start({ does: 'destroy', root, session })
        await destroying.ready()
        await eventually(() => !existsSync(folders.pathOf(session)))
        await destroying.kill()
        if ((await readdir(join(root, '.trash'))).length > 0) break
        // It was faster than the kill.
        expect(files).toBeLessThan(1_000)
      }
      expect(await codeOf(folders.for(session).list())).toBe('WORKSPACE_MISSING')
      if (finish === 'destroy') await folders.destroy(session)
      else {
        execFileSync('touch', ['-d', '3 days ago', `${folders.pathOf(session)}.owner`])
        const nobodyKnows = { getSession: () => codeThrown(session) }
        expect(await folders.reap(nobodyKnows)).toEqual({ removed: 1, kept: 0, failed: 0 })
      }
      expect(await tree(root)).toEqual([])
    }
  })
}, 60_000)

test('destroying while a program in the folder goes on writing ends, and nothing is left', async () => {
  await inTemporaryFolder(async (temp) => {
    const root = join(temp, 'root')
    const folders = workspaces(root)
    const session = newSession()
    await folders.provision(session)
    const script = `
      const fs = require('fs')
      const pause = new Int32Array(new SharedArrayBuffer(4))
      for (let i = 0; ; i++) {
        Atomics.wait(pause, 0, 0, 1)
        try { fs.mkdirSync('d' + (i % 50), { recursive: true }); fs.writeFileSync('d' + (i % 50) + '/' + i, 'x') }
        catch { if (!fs.existsSync('.')) process.exit(0) }
      }`
    const writer = spawn(process.execPath, ['--input-type=commonjs', '--eval', script], {
      cwd: folders.pathOf(session),
    })
    onTestFinished(() => ended(writer))
    await eventually(async () => (await folders.for(session).list()).length > 10)
    // If the program is too fast for one destroy, the sweep comes again; so does this.
    let tries = 0
    while ((await codeOf(folders.destroy(session))) !== null) expect(++tries).toBeLessThan(20)
    expect(await tree(root)).toEqual([])
  })
}, 60_000)

const rounds = long ? 10_000 : 100

test(`${rounds} rounds against a program that swaps links in: nothing from outside is read, nothing outside is written`, async () => {
  await inTemporaryFolder(async (temp) => {
    const [root, outside] = [join(temp, 'root'), join(temp, 'outside')]
    await mkdir(outside)
    await writeFile(join(outside, 'secret.txt'), 'secret')
    const folders = workspaces(root)
    const session = newSession()
    await folders.provision(session)
    const folder = folders.for(session)
    const hostile = fork(swapper, [folder.path, outside])
    const outcomes = new Map<string, number>()
    let swaps = 0
    try {
      for (let round = 0; round < rounds; round++) {
        for (const [call, value] of await raced(folder, round)) {
          expect(value).not.toBe('secret')
          outcomes.set(`${call}: ${value}`, (outcomes.get(`${call}: ${value}`) ?? 0) + 1)
        }
        if (round % 100 === 0) expect(await readdir(outside)).toEqual(['secret.txt'])
      }
      hostile.send('how many?')
      ;[swaps] = (await once(hostile, 'message')) as [number]
    } finally {
      await ended(hostile)
    }
    expect(await readdir(outside)).toEqual(['secret.txt'])
    expect(await readFile(join(outside, 'secret.txt'), 'utf8')).toBe('secret')
    expect((await stat(join(outside, 'secret.txt'))).nlink).toBeLessThanOrEqual(2)
    // Otherwise there was no race: both sides must have met the other's work.
    expect(swaps).toBeGreaterThan(100)
    expect([...outcomes.keys()].some((outcome) => outcome.includes('WORKSPACE_SYMLINK'))).toBe(true)
    expect([...outcomes.keys()].some((outcome) => outcome.endsWith(': mine'))).toBe(true)
    if (long) console.info(`${rounds} rounds, ${swaps} swaps: ${JSON.stringify(Object.fromEntries(outcomes))}`)
    await folders.destroy(session)
    expect(await readFile(join(outside, 'secret.txt'), 'utf8')).toBe('secret')
  })
}, 600_000)

test('a full disk is WORKSPACE_FAILED with the cause, the old content stays, and nothing half-written', async (context) => {
  await inTemporaryFolder(async (temp) => {
    const root = join(temp, 'root')
    await mkdir(root)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=0700', 'none', root], { stdio: 'ignore' })
    } catch {
      context.skip('a file system cannot be mounted here')
    }
    try {
      const folders = workspaces(root)
      const session = newSession()
      await folders.provision(session)
      const folder = folders.for(session)
      await folder.writeFile('file', 'old')
      const error = await folder.writeFile('file', new Uint8Array(1_000_000)).catch((failure: unknown) => failure)
      expect(isSessError(error, 'WORKSPACE_FAILED') && error.message).toBe(
        'writeFile failed: there is no space left on the disk',
      )
      expect((error as { cause: { code: string } }).cause.code).toBe('ENOSPC')
      expect(await codeOf(folder.writeFile('new/file', new Uint8Array(1_000_000)))).toBe('WORKSPACE_FAILED')
      expect(await tree(folder.path)).toEqual(['file'])
      expect(await folder.readText('file')).toBe('old')
      await folder.writeFile('file', 'new')
      execFileSync('mount', ['-o', 'remount,ro', root], { stdio: 'ignore' })
      const readOnly = await folder.writeFile('file', 'x').catch((failure: unknown) => failure)
      expect(isSessError(readOnly, 'WORKSPACE_FAILED') && readOnly.message).toBe(
        'writeFile failed: the file system is read-only',
      )
      expect(await codeOf(folders.destroy(session))).toBe('WORKSPACE_FAILED')
      expect(await folder.readText('file')).toBe('new')
    } finally {
      execFileSync('umount', [root])
    }
  })
}, 30_000)

/** Calls that all lead through what is being swapped, with what they answer. */
async function raced(folder: Workspace, round: number): Promise<readonly (readonly [call: string, value: string])[]> {
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    'read file': () => folder.readText('file'),
    'read below': () => folder.readText('folder/secret.txt'),
    'write file': () => folder.writeFile('file', 'ours'),
    'write below': () => folder.writeFile(`folder/new-${round % 20}`, 'ours'),
    'write deep': () => folder.writeFile('folder/deep/er', 'ours'),
    'remove below': () => folder.remove('folder/secret.txt'),
    'remove folder': async () => (round % 10 === 0 ? await folder.remove('folder') : null),
  }
  return await Promise.all(
    Object.entries(calls).map(async ([call, make]) => {
      try {
        return [call, String(await make())] as const
      } catch (error) {
        if (!isSessError(error)) throw error
        return [call, error.code === 'WORKSPACE_FAILED' ? error.message : error.code] as const
      }
    }),
  )
}

/** Waits until `condition` holds, half a minute at most: another process has to start first. */
async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(condition, { timeout: 30_000, interval: 2 }).toBe(true)
}

/** Many files in many folders, faster than through a workspace. */
function fill(path: string, folders: number, files: number): void {
  for (let folder = 0; folder < folders; folder++) {
    mkdirSync(join(path, `${folder}`, 'deep'), { recursive: true })
    for (let file = 0; file < files; file++) symlinkSync('nowhere', join(path, `${folder}`, 'deep', `${file}`))
  }
}

async function codeThrown(session: NamedSession): Promise<never> {
  throw new SessError('SESSION_NOT_FOUND', 'gone', { sessionId: session.id })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}
