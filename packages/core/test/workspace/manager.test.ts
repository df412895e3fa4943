import { existsSync } from 'node:fs'
import { readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SessionManagerOptions } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { expect, test } from 'vitest'
import { type Workspaces, workspaces } from '../../src/workspace/index.ts'
import { codeOf } from '../failures.ts'
import { ada, newManager, twoManagers } from '../managers.ts'
import { inTemporaryFolder } from './cases/world.ts'

async function withFolders(use: (folders: Workspaces, root: string) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (temp) => use(workspaces(join(temp, 'root')), join(temp, 'root')))
}

/** What is below the root, but for the empty trash. */
const left = async (root: string): Promise<readonly string[]> =>
  (await readdir(root)).filter((name) => name !== '.trash')

test('a session has its folder, of mode 0700, from its creation to its deletion, and the agent finds it', async () => {
  await withFolders(async (folders, root) => {
    const agent: SessionManagerOptions['agent'] = async (turn) => {
      await folders.for(turn.session).writeFile('answer.txt', 'kept')
      return String(turn.workspacePath)
    }
    const session = await newManager({ resources: [folders], agent })
      .for(ada)
      .createSession()
    expect(session.workspacePath).toBe(folders.pathOf(session.record))
    expect((await stat(folders.pathOf(session.record))).mode & 0o777).toBe(0o700)
    expect((await session.sendMessage('Hi')).text).toBe(session.workspacePath)
    expect(await folders.for(session).readText('answer.txt')).toBe('kept')
    await session.delete()
    expect(await left(root)).toEqual([])
    expect(await codeOf(folders.for(session).list())).toBe('WORKSPACE_MISSING')
  })
})

test('closing a session keeps its folder, expiry removes it', async () => {
  await withFolders(async (folders, root) => {
    const clock = { now: 1_000_000 }
    const manager = newManager({ store: new MemoryStore({ clock: () => clock.now }), resources: [folders] })
    const session = await manager.for(ada).createSession({ expiry: { idleMs: 1_000 } })
    await folders.for(session).writeFile('a', 'x')
    await session.close()
    expect(await folders.for(session).readText('a')).toBe('x')
    clock.now += 1_000
    expect(await manager.sweep()).toEqual({ expired: 1, failed: 0 })
    expect(await left(root)).toEqual([])
  })
})

test('a creation that fails after the folder was made leaves none', async () => {
  await withFolders(async (folders, root) => {
    const failing = {
      name: 'failing',
      provision: () => Promise.reject(new Error('no')),
      release: async () => {},
      destroy: async () => {},
    }
    const sessions = newManager({ resources: [folders, failing] }).for(ada)
    expect(await codeOf(sessions.createSession())).toBe('RESOURCE_FAILED')
    expect(await left(root)).toEqual([])
    expect(await sessions.countSessions()).toBe(0)
  })
})

test('another manager on the same store and file system works in the folder, and deletes it', async () => {
  await withFolders(async (folders, root) => {
    const others = workspaces(root)
    const [a, b] = twoManagers({ resources: [folders] }, { resources: [others] })
    const session = await a.for(ada).createSession()
    await folders.for(session).writeFile('a', 'x')
    const restored = await b.for(ada).getSession(session.id)
    expect(await others.for(restored).readText('a')).toBe('x')
    await restored.delete()
    expect(await left(root)).toEqual([])
  })
})

test('an imported session has an empty folder of its own', async () => {
  await withFolders(async (folders) => {
    const sessions = newManager({ resources: [folders] }).for(ada)
    const session = await sessions.createSession()
    await folders.for(session).writeFile('a', 'x')
    const copy = await sessions.importSession(session.export())
    expect(copy.workspacePath).not.toBe(session.workspacePath)
    expect(await folders.for(copy).list()).toEqual([])
  })
})

test("a folder that cannot be made fails the creation with the workspace's own error, and leaves no session", async () => {
  await withFolders(async (folders, root) => {
    const sessions = newManager({ resources: [folders] }).for(ada)
    await writeFile(join(root, '.trash'), '')
    expect(await codeOf(sessions.createSession())).toBe('WORKSPACE_FAILED')
    expect(await sessions.countSessions()).toBe(0)
  })
})

test('the reaper asks the manager: what it knows stays, what it does not goes', async () => {
  await withFolders(async (folders, root) => {
    const [manager, lost] = [newManager({ resources: [folders] }), newManager({ resources: [folders] })]
    const session = await manager.for(ada).createSession()
    const orphan = await lost.for(ada).createSession()
    const young = await folders.reap(manager)
    expect(young).toEqual({ removed: 0, kept: 2, failed: 0 })
    for (const { workspacePath } of [session, orphan]) await utimes(`${workspacePath}.owner`, 0, 0)
    expect(await folders.reap(manager)).toEqual({ removed: 1, kept: 1, failed: 0 })
    expect(existsSync(String(session.workspacePath))).toBe(true)
    expect(existsSync(String(orphan.workspacePath))).toBe(false)
    expect(await left(root)).toEqual(['ada.acme'])
  })
})
