import { execFileSync } from 'node:child_process'
import { chmod, link, mkdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SessError } from '@sess/core'
import { expect } from 'vitest'
import { codeOf, errorOf, failureOf } from '../../failures.ts'
import { newSession, tree, type WorkspaceCase } from './world.ts'

/** A manager that knows these sessions; `SESSION_EXPIRED` for some. */
function manager(known: readonly string[], expired: readonly string[] = []) {
  const asked: string[] = []
  return {
    asked,
    async getSession(sessionId: string): Promise<unknown> {
      asked.push(sessionId)
      if (known.includes(sessionId)) return {}
      const code = expired.includes(sessionId) ? 'SESSION_EXPIRED' : 'SESSION_NOT_FOUND'
      throw new SessError(code, 'no', { sessionId })
    },
  }
}

/** Makes a workspace look two days old. */
async function aged(path: string): Promise<void> {
  const at = Date.now() / 1000 - 2 * 86_400
  await utimes(`${path}.owner`, at, at)
}

/** How workspaces go. */
export const destroyCases: readonly WorkspaceCase[] = [
  {
    name: "destroy: removes the folder, its marker, the owner's empty folder, and leaves no trash",
    async run({ folder, folders, session, root }) {
      await folder.writeFile('a/b/c', 'x')
      await folders.destroy(session)
      expect(await tree(root)).toEqual([])
      expect(await codeOf(folder.list())).toBe('WORKSPACE_MISSING')
    },
  },
  {
    name: 'destroy: twice, and twice at once, and of what never was, resolves',
    async run({ folder, folders, session, open, root }) {
      for (let index = 0; index < 200; index++) await writeFile(join(folder.path, `${index}`), '')
      await Promise.all([folders.destroy(session), open().destroy(session), folders.destroy(session)])
      await folders.destroy(session)
      await folders.destroy(newSession({ orgId: 'none', userId: 'none' }))
      expect(await tree(root)).toEqual([])
    },
  },
  {
    name: "destroy: leaves the owner's other workspaces and those of others alone",
    async run({ folders, session, root }) {
      const sister = newSession()
      await folders.provision(sister)
      await folders.for(sister).writeFile('file', 'x')
      await folders.destroy(session)
      expect(await folders.for(sister).readText('file')).toBe('x')
      expect(await tree(root)).toHaveLength(4)
    },
  },
  {
    name: 'destroy: follows no link and no second name: what they lead to stays as it is',
    async run({ folder, folders, session, outside, root }) {
      await folder.makeFolder('deep/er')
      await symlink(outside, join(folder.path, 'deep/er/link'))
      await symlink(join(outside, 'secret.txt'), join(folder.path, 'file'))
      await link(join(outside, 'secret.txt'), join(folder.path, 'second-name'))
      execFileSync('mkfifo', [join(folder.path, 'deep/pipe')])
      await folders.destroy(session)
      expect(await tree(root)).toEqual([])
      expect(await readFile(join(outside, 'secret.txt'), 'utf8')).toBe('secret')
      expect((await stat(join(outside, 'secret.txt'))).nlink).toBe(1)
    },
  },
  {
    name: 'destroy: folders without any rights and files that may not be written go too',
    async run({ folder, folders, session, root }) {
      await folder.writeFile('a/b/c', 'x')
      await chmod(join(folder.path, 'a/b/c'), 0o000)
      await chmod(join(folder.path, 'a/b'), 0o000)
      await chmod(join(folder.path, 'a'), 0o500)
      await folders.destroy(session)
      expect(await tree(root)).toEqual([])
    },
  },
  {
    name: 'destroy: finishes what a crash left in the trash, as long as the marker is there',
    async run({ folder, folders, session, root }) {
      await mkdir(join(root, '.trash'), { recursive: true })
      await mkdir(join(root, '.trash', `${session.id}.0123`, 'deep'), { recursive: true })
      await mkdir(join(root, '.trash', 'other.0123'))
      await folder.writeFile('late', '')
      await folders.destroy(session)
      expect(await tree(root)).toEqual(['.trash/other.0123'])
    },
  },
  {
    name: 'destroy: after that the session can be provisioned again, empty',
    async run({ folder, folders, session }) {
      await folder.writeFile('a', '')
      await folders.destroy(session)
      await folders.provision(session)
      expect(await folder.list()).toEqual([])
    },
  },
  {
    name: 'reap: removes what no session owns any more, and the empty folders of owners',
    async run({ folder, folders, session, root }) {
      await folder.writeFile('a', '')
      await aged(folder.path)
      await mkdir(join(root, 'empty.acme'))
      const known = manager([])
      expect(await folders.reap(known)).toEqual({ removed: 1, kept: 0, failed: 0 })
      expect(known.asked).toEqual([session.id])
      expect(await tree(root)).toEqual([])
    },
  },
  {
    name: 'reap: keeps what lives, what the sweep will remove, and what is young without asking',
    async run({ folder, folders, session }) {
      const expired = newSession()
      const young = newSession()
      for (const one of [expired, young]) await folders.provision(one)
      await aged(folder.path)
      await aged(folders.pathOf(expired))
      const known = manager([session.id], [expired.id])
      expect(await folders.reap(known)).toEqual({ removed: 0, kept: 3, failed: 0 })
      expect(known.asked.toSorted()).toEqual([session.id, expired.id].toSorted())
      for (const one of [session, expired, young]) expect(await folders.for(one).list()).toEqual([])
    },
  },
  {
    name: 'reap: a graceMs of its own counts; one shorter than a creation may take is refused',
    async run({ folder, folders }) {
      await aged(folder.path)
      expect(await folders.reap(manager([]), { graceMs: 3 * 86_400_000 })).toEqual({ removed: 0, kept: 1, failed: 0 })
      for (const graceMs of [0, 119_999, Number.NaN, '1' as unknown as number])
        expect((await errorOf(folders.reap(manager([]), { graceMs }))).details).toEqual({ field: 'graceMs' })
      expect((await errorOf(folders.reap({} as never))).details).toEqual({ field: 'sessions' })
      expect(await folders.reap(manager([]), { graceMs: 120_000 })).toEqual({ removed: 1, kept: 0, failed: 0 })
    },
  },
  {
    name: 'reap: removes nothing when the manager cannot tell',
    async run({ folder, folders }) {
      await folder.writeFile('a', 'x')
      await aged(folder.path)
      const failing = async (): Promise<unknown> => {
        throw new SessError('STORE_UNAVAILABLE', 'down', { outcome: 'not-written' })
      }
      expect(await codeOf(folders.reap({ getSession: failing }))).toBe('STORE_UNAVAILABLE')
      expect(await folder.readText('a')).toBe('x')
    },
  },
  {
    name: 'reap: leaves alone what has no marker, and says of a marker in a wrong place or of nobody that it failed',
    async run({ folder, folders, session, root }) {
      await mkdir(join(root, 'ada.acme', 'unmarked'))
      const elsewhere = join(root, 'eve.acme')
      await mkdir(join(elsewhere, session.id), { recursive: true })
      await writeFile(join(elsewhere, `${session.id}.owner`), await readFile(`${folder.path}.owner`))
      await writeFile(join(elsewhere, 'x.owner'), 'nobody')
      await writeFile(join(elsewhere, 'y.owner'), '{"orgId":"acme","userId":"eve","sessionId":7}')
      await aged(join(elsewhere, session.id))
      await aged(folder.path)
      const before = (await tree(root)).filter((path) => !path.includes(`ada.acme/${session.id}`))
      expect(await folders.reap(manager([]))).toEqual({ removed: 1, kept: 0, failed: 3 })
      expect(await tree(root)).toEqual(before)
    },
  },
  {
    name: 'reap: empties the trash of everybody, and follows no link in it',
    async run({ folders, root, outside, folder }) {
      await mkdir(join(root, '.trash/x.1/deep/er'), { recursive: true })
      await symlink(outside, join(root, '.trash/x.1/deep/link'))
      await symlink(outside, join(root, 'linked.acme'))
      await writeFile(join(outside, 'x.owner'), await readFile(`${folder.path}.owner`))
      expect(await folders.reap(manager([]))).toEqual({ removed: 0, kept: 1, failed: 0 })
      expect(await tree(join(root, '.trash'))).toEqual([])
      expect(await tree(outside)).toEqual(['secret.txt', 'x.owner'])
    },
  },
  {
    name: 'reap: an abort stops it with its reason',
    async run({ folder, folders }) {
      await aged(folder.path)
      const controller = new AbortController()
      const getSession = async (): Promise<unknown> => {
        controller.abort('enough')
        return {}
      }
      const other = newSession()
      await folders.provision(other)
      await aged(folders.pathOf(other))
      expect(await failureOf(folders.reap({ getSession }, { signal: controller.signal }))).toBe('enough')
    },
  },
]
