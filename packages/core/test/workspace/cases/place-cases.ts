import { chmod, chown, mkdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { codeOf, codesOf, errorOf, failureOf } from '../../failures.ts'
import { ada, newSession, tree, type WorkspaceCase } from './world.ts'

const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777

/** Replaces the marker of the world's session by something else. */
function forged(what: string, forge: (marker: string, outside: string) => Promise<void>): WorkspaceCase {
  return {
    name: `marker: ${what} is WORKSPACE_FOREIGN, and nothing is touched`,
    async run({ folder, folders, session, outside }) {
      await folder.writeFile('file', 'x')
      const marker = `${folder.path}.owner`
      await rm(marker)
      await forge(marker, outside)
      for (const code of await codesOf([
        folder.readFile('file'),
        folder.writeFile('file', 'y'),
        folder.list(),
        folder.remove('file'),
        folders.provision(session),
        folders.destroy(session),
      ]))
        expect(code).toBe('WORKSPACE_FOREIGN')
      expect(await readFile(join(folder.path, 'file'), 'utf8')).toBe('x')
    },
  }
}

/** Where workspaces are, how they are made, and whose they are. */
export const placeCases: readonly WorkspaceCase[] = [
  {
    name: 'place: {root}/{user}.{org}/{session}, all of mode 0700, and a marker of mode 0600 beside it',
    async run({ root, folders, folder, session }) {
      expect(folder.path).toBe(join(root, 'ada.acme', session.id))
      expect(folders.pathOf(session)).toBe(folder.path)
      for (const path of [root, join(root, 'ada.acme'), folder.path]) expect(await mode(path)).toBe(0o700)
      expect(await mode(`${folder.path}.owner`)).toBe(0o600)
      expect(JSON.parse(await readFile(`${folder.path}.owner`, 'utf8'))).toEqual({ ...ada, sessionId: session.id })
    },
  },
  {
    name: 'place: {root}/{user}/{session} in the default organisation, and others share nothing with it',
    options: { defaultOrgId: 'acme' },
    async run({ root, folders, folder, session }) {
      expect(folder.path).toBe(join(root, 'ada', session.id))
      const other = newSession({ orgId: 'globex', userId: 'ada' })
      expect(folders.pathOf(other)).toBe(join(root, 'ada.globex', other.id))
    },
  },
  {
    name: 'place: the same user id in two organisations, and what looks like the other, are four folders',
    async run({ folders, root }) {
      const owners = [
        { orgId: 'a', userId: 'b' },
        { orgId: 'b', userId: 'a' },
        { orgId: 'a.b', userId: 'b' },
        { orgId: 'b', userId: 'b.a' },
      ]
      const sessions = owners.map((owner) => newSession(owner))
      for (const session of sessions) await folders.provision(session)
      expect((await tree(root)).filter((path) => !path.includes('/') && !path.startsWith('ada'))).toHaveLength(4)
      for (const session of sessions) await folders.destroy(session)
      expect(await tree(root)).toHaveLength(3)
    },
  },
  {
    name: 'provision: again for the same session changes nothing',
    async run({ folders, folder, session, open }) {
      await folder.writeFile('file', 'x')
      await folders.provision(session)
      await open().provision(session)
      expect(await folder.readText('file')).toBe('x')
    },
  },
  {
    name: 'provision: twenty times at once, from two processes, makes it once',
    async run({ folders, open }) {
      const session = newSession()
      const other = open()
      await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 ? folders : other).provision(session)))
      expect(await folders.for(session).list()).toEqual([])
    },
  },
  {
    name: 'provision: a folder that was there without a marker is WORKSPACE_EXISTS, and destroy leaves it alone',
    async run({ folders }) {
      const session = newSession()
      const path = folders.pathOf(session)
      await mkdir(path)
      await writeFile(join(path, 'theirs'), '')
      const error = await errorOf(folders.provision(session))
      expect(error.code).toBe('WORKSPACE_EXISTS')
      expect(error.details).toEqual({ sessionId: session.id })
      expect(await codeOf(folders.for(session).list())).toBe('WORKSPACE_FOREIGN')
      await folders.destroy(session)
      expect(await tree(path)).toEqual(['theirs'])
    },
  },
  {
    name: 'provision: takes up what a crash left between marker and folder',
    async run({ folders, folder, session }) {
      await rm(folder.path, { recursive: true })
      expect(await codeOf(folder.list())).toBe('WORKSPACE_MISSING')
      await folders.provision(session)
      expect(await folder.list()).toEqual([])
    },
  },
  {
    name: 'provision: an abort rejects with its reason, and destroy takes back what there is',
    async run({ folders, root, session }) {
      const reason = new Error('gone')
      const other = newSession()
      expect(await failureOf(folders.provision(other, { signal: AbortSignal.abort(reason) }))).toBe(reason)
      await folders.destroy(other)
      expect(await tree(root)).toEqual(['ada.acme', `ada.acme/${session.id}`, `ada.acme/${session.id}.owner`])
    },
  },
  {
    name: 'provision: where a folder cannot be made it is WORKSPACE_FAILED, in words, with the cause',
    async run({ folders, root }) {
      const session = newSession({ orgId: 'acme', userId: 'eve' })
      await writeFile(join(root, '.trash'), '').catch(() => {})
      await rm(join(root, '.trash'), { recursive: true })
      await writeFile(join(root, '.trash'), '')
      const error = await errorOf(folders.provision(session))
      expect(error.code).toBe('WORKSPACE_FAILED')
      expect(error.details).toEqual({ action: 'provision' })
      expect(error.message).toBe('provision failed: ENOTDIR')
      expect(error.cause).toBeInstanceOf(Error)
    },
  },
  {
    name: 'provision: modes that somebody loosened are set right again',
    async run({ folders, root, folder }) {
      await chmod(join(root, 'ada.acme'), 0o777)
      await chmod(folder.path, 0o755)
      await folder.list()
      await folders.provision(newSession())
      expect(await mode(join(root, 'ada.acme'))).toBe(0o700)
      expect(await mode(folder.path)).toBe(0o700)
    },
  },
  {
    name: "provision: a file where the owner's folder would be is WORKSPACE_FOREIGN",
    async run({ folders, root }) {
      await writeFile(join(root, 'eve.acme'), '')
      expect(await codeOf(folders.provision(newSession({ orgId: 'acme', userId: 'eve' })))).toBe('WORKSPACE_FOREIGN')
    },
  },
  {
    name: "provision: an owner's folder that belongs to another user of the system is WORKSPACE_FOREIGN (as root)",
    async run({ folders, root, folder }) {
      if (process.geteuid?.() !== 0) return
      await chown(folder.path, 65_534, 65_534)
      expect(await codeOf(folder.list())).toBe('WORKSPACE_FOREIGN')
      await mkdir(join(root, 'eve.acme'))
      await chown(join(root, 'eve.acme'), 65_534, 65_534)
      expect(await codeOf(folders.provision(newSession({ orgId: 'acme', userId: 'eve' })))).toBe('WORKSPACE_FOREIGN')
    },
  },
  forged('one of another session', (marker) =>
    writeFile(marker, `${JSON.stringify({ ...ada, sessionId: newSession().id })}\n`),
  ),
  {
    name: 'marker: one of another owner is WORKSPACE_FOREIGN',
    async run({ folder, session }) {
      await writeFile(
        `${folder.path}.owner`,
        `${JSON.stringify({ orgId: 'globex', userId: 'ada', sessionId: session.id })}\n`,
      )
      expect(await codeOf(folder.list())).toBe('WORKSPACE_FOREIGN')
    },
  },
  forged('an empty one', (marker) => writeFile(marker, '')),
  forged('one that is no JSON', (marker) => writeFile(marker, 'ada')),
  forged('one that ends early', async (marker) => {
    await writeFile(marker, JSON.stringify({ ...ada, sessionId: 'x'.repeat(36) }))
    await truncate(marker, 40)
  }),
  forged('one of 10 MB', (marker) => writeFile(marker, 'x'.repeat(10_000_000))),
  forged('a folder', (marker) => mkdir(marker)),
  forged('a link to one that says so', async (marker, outside) => {
    const [, sessionId = ''] = /([^/]+)\.owner$/.exec(marker) ?? []
    await writeFile(join(outside, 'marker'), `${JSON.stringify({ ...ada, sessionId })}\n`)
    await symlink(join(outside, 'marker'), marker)
  }),
  {
    name: 'marker: without it the folder is WORKSPACE_FOREIGN, without both WORKSPACE_MISSING',
    async run({ folder }) {
      await rm(`${folder.path}.owner`)
      expect(await codeOf(folder.list())).toBe('WORKSPACE_FOREIGN')
      await rm(folder.path, { recursive: true })
      expect(await codeOf(folder.list())).toBe('WORKSPACE_MISSING')
      expect(await codeOf(folder.writeFile('a', ''))).toBe('WORKSPACE_MISSING')
    },
  },
  {
    name: 'use: a session that never had a workspace is WORKSPACE_MISSING',
    async run({ folders }) {
      const error = await errorOf(folders.for(newSession({ orgId: 'acme', userId: 'eve' })).readFile('a'))
      expect(error.code).toBe('WORKSPACE_MISSING')
    },
  },
  {
    name: 'use: another process on the same file system works in the same folder',
    async run({ folder, open, session, folders }) {
      await folder.writeFile('a/b', 'x')
      const restored = open().for({ id: session.id, owner: { ...session.owner } })
      expect(await restored.readText('a/b')).toBe('x')
      await restored.writeFile('c', 'y')
      await folders.release(session)
      await folders.release(session)
      expect(await folder.readText('c')).toBe('y')
    },
  },
  {
    name: 'use: a handle takes a session as well as its record',
    async run({ folders, folder, session }) {
      const holder = { id: session.id, record: session } as unknown as Parameters<typeof folders.for>[0]
      expect(folders.for(holder).path).toBe(folder.path)
    },
  },
  {
    name: 'root: one that others came to be able to write in is refused at the next use',
    async run({ root, folder, folders, session }) {
      await chmod(root, 0o777)
      for (const code of await codesOf([folder.list(), folders.provision(session), folders.destroy(session)]))
        expect(code).toBe('WORKSPACE_ROOT_UNSAFE')
    },
  },
]
