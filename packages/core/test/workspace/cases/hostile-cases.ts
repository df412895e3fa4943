import { execFileSync } from 'node:child_process'
import { link, lstat, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect } from 'vitest'
import { codeOf, codesOf, errorOf } from '../../failures.ts'
import { tree, type WorkspaceCase, type World } from './world.ts'

/** Does what a program in the folder may do, and every call on the path; none may get through, and the outside stays as it was. */
function planted(what: string, plant: (world: World) => Promise<void>, code: string, path: string): WorkspaceCase {
  return {
    name: `hostile: ${what} is ${code}, to every call`,
    async run(world) {
      await plant(world)
      const { folder, outside } = world
      const calls = [folder.readFile(path), folder.writeFile(path, 'evil')]
      for (const refusal of await codesOf(calls)) expect(refusal).toBe(code)
      expect(await tree(outside)).toEqual(['secret.txt'])
      expect(await readFile(join(outside, 'secret.txt'), 'utf8')).toBe('secret')
    },
  }
}

const badPaths: readonly (readonly [path: string, what: string])[] = [
  ['', 'the empty path'],
  ['/etc/passwd', 'an absolute path'],
  ['..', 'the folder above'],
  ['../x', 'a path that begins above'],
  ['a/../../x', 'a path with .. inside'],
  ['a/..', 'a path that ends in ..'],
  ['.', 'the folder itself'],
  ['./a', 'a path that begins with .'],
  ['a/./b', 'a path with . inside'],
  ['a//b', 'an empty name'],
  ['a/', 'a slash at the end'],
  ['a\\b', 'a backslash'],
  ['..\\x', 'the folder above, on Windows'],
  ['a\0b', 'a NUL'],
  ['\ud800', 'a lone surrogate'],
  ['x'.repeat(256), 'a name of 256 bytes'],
  ['ü'.repeat(128), 'a name of 256 bytes in 128 letters'],
  [Array.from({ length: 33 }, () => 'a').join('/'), 'a depth of 33'],
  ['0123456789abcde/'.repeat(256).concat('x'), 'a path of more than 4,096 bytes'],
  ['.sess-1', 'a name for what is being written'],
]

/** What lies in the folder, or is asked for, to get out of it. */
export const hostileCases: readonly WorkspaceCase[] = [
  planted(
    'a link to a file outside',
    ({ folder, outside }) => symlink(join(outside, 'secret.txt'), join(folder.path, 'x')),
    'WORKSPACE_SYMLINK',
    'x',
  ),
  planted(
    'a link to a folder outside, in the middle',
    ({ folder, outside }) => symlink(outside, join(folder.path, 'x')),
    'WORKSPACE_SYMLINK',
    'x/secret.txt',
  ),
  planted(
    'a link to a folder outside, for a new file',
    ({ folder, outside }) => symlink(outside, join(folder.path, 'x')),
    'WORKSPACE_SYMLINK',
    'x/new/file',
  ),
  planted(
    'a link deep below',
    async ({ folder, outside }) => {
      await folder.makeFolder('a/b')
      await symlink(outside, join(folder.path, 'a/b/x'))
    },
    'WORKSPACE_SYMLINK',
    'a/b/x/secret.txt',
  ),
  planted(
    'a link that stays inside',
    async ({ folder }) => {
      await folder.writeFile('a', 'x')
      await symlink('a', join(folder.path, 'b'))
    },
    'WORKSPACE_SYMLINK',
    'b',
  ),
  planted(
    'a link to nowhere',
    ({ folder, outside }) => symlink(join(outside, 'new'), join(folder.path, 'x')),
    'WORKSPACE_SYMLINK',
    'x',
  ),
  planted('a link to itself', ({ folder }) => symlink('x', join(folder.path, 'x')), 'WORKSPACE_SYMLINK', 'x'),
  planted(
    'a hard link to a file outside',
    ({ folder, outside }) => link(join(outside, 'secret.txt'), join(folder.path, 'x')),
    'WORKSPACE_SYMLINK',
    'x',
  ),
  planted(
    'a pipe',
    async ({ folder }) => void execFileSync('mkfifo', [join(folder.path, 'x')]),
    'WORKSPACE_NOT_REGULAR',
    'x',
  ),
  planted(
    'a pipe as a folder',
    async ({ folder }) => void execFileSync('mkfifo', [join(folder.path, 'x')]),
    'WORKSPACE_NOT_REGULAR',
    'x/y',
  ),
  {
    name: 'hostile: a socket is WORKSPACE_NOT_REGULAR',
    async run({ folder }) {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(join(folder.path, 's'), resolve))
      try {
        expect(await codeOf(folder.readFile('s'))).toBe('WORKSPACE_NOT_REGULAR')
        expect(await codeOf(folder.writeFile('s', ''))).toBe('WORKSPACE_NOT_REGULAR')
        expect((await folder.stat('s')).kind).toBe('other')
      } finally {
        server.close()
      }
    },
  },
  ...badPaths.map(
    ([path, what]): WorkspaceCase => ({
      name: `path: ${what} is WORKSPACE_PATH_INVALID, to every call`,
      async run({ folder }) {
        const calls = [
          folder.readFile(path),
          folder.readText(path),
          folder.writeFile(path, ''),
          folder.stat(path),
          folder.makeFolder(path),
          folder.remove(path),
          ...(path === '' ? [] : [folder.list(path)]),
        ]
        for (const code of await codesOf(calls)) expect(code).toBe('WORKSPACE_PATH_INVALID')
        expect(await tree(folder.path)).toEqual([])
      },
    }),
  ),
  {
    name: 'path: 32 names, a name of 255 bytes and one that only looks like the folder above are fine',
    async run({ folder }) {
      for (const path of [
        Array.from({ length: 32 }, () => 'a').join('/'),
        'x'.repeat(255),
        '..a',
        '...',
        '%2e%2e',
        '．．',
      ])
        await folder.writeFile(path, 'x')
    },
  },
  {
    name: 'hostile: list and stat show links and pipes as what they are, and never what is behind',
    async run({ folder, outside }) {
      await symlink(outside, join(folder.path, 'link'))
      execFileSync('mkfifo', [join(folder.path, 'pipe')])
      expect((await folder.list()).map(({ name, kind, bytes }) => [name, kind, bytes])).toEqual([
        ['link', 'link', 0],
        ['pipe', 'other', 0],
      ])
      expect((await folder.stat('link')).kind).toBe('link')
      expect(await codeOf(folder.list('link'))).toBe('WORKSPACE_SYMLINK')
      expect(await codeOf(folder.stat('link/secret.txt'))).toBe('WORKSPACE_SYMLINK')
      expect(await codeOf(folder.makeFolder('link/new'))).toBe('WORKSPACE_SYMLINK')
      expect(await tree(outside)).toEqual(['secret.txt'])
    },
  },
  {
    name: 'hostile: removing a link or a pipe removes it, and a folder of links none of their targets',
    async run({ folder, outside }) {
      await folder.makeFolder('a')
      await symlink(outside, join(folder.path, 'a/link'))
      await symlink(outside, join(folder.path, 'top'))
      execFileSync('mkfifo', [join(folder.path, 'pipe')])
      expect(await codeOf(folder.remove('top/secret.txt'))).toBe('WORKSPACE_SYMLINK')
      for (const path of ['a', 'top', 'pipe']) expect(await folder.remove(path)).toBe(true)
      expect(await tree(folder.path)).toEqual([])
      expect(await tree(outside)).toEqual(['secret.txt'])
    },
  },
  {
    name: 'hostile: what the folder of the session was swapped for is WORKSPACE_FOREIGN',
    async run({ folder, outside, folders, session }) {
      await rename(folder.path, `${folder.path}-moved`)
      await symlink(outside, folder.path)
      expect(await codeOf(folder.readFile('secret.txt'))).toBe('WORKSPACE_FOREIGN')
      expect(await codeOf(folder.writeFile('x', ''))).toBe('WORKSPACE_FOREIGN')
      expect(await codeOf(folder.list())).toBe('WORKSPACE_FOREIGN')
      expect(await codeOf(folders.provision(session))).toBe('WORKSPACE_FOREIGN')
      await folders.destroy(session)
      expect(await tree(outside)).toEqual(['secret.txt'])
      await rm(`${folder.path}-moved`, { recursive: true })
    },
  },
  {
    name: "hostile: a link in place of the owner's folder is WORKSPACE_FOREIGN, and nothing is made or removed behind it",
    async run({ folder, outside, folders, session, root }) {
      const ownerFolder = join(root, 'ada.acme')
      await rename(ownerFolder, join(root, 'moved'))
      await mkdir(join(outside, session.id))
      await writeFile(join(outside, session.id, 'file'), 'secret')
      await writeFile(join(outside, `${session.id}.owner`), await readFile(join(root, 'moved', `${session.id}.owner`)))
      await symlink(outside, ownerFolder)
      const before = await tree(outside)
      for (const code of await codesOf([folder.readFile('file'), folders.provision(session), folders.destroy(session)]))
        expect(code).toBe('WORKSPACE_FOREIGN')
      expect(await tree(outside)).toEqual(before)
    },
  },
  {
    name: 'hostile: names that are no UTF-8 are counted, listed and removed',
    async run({ folder, folders, session }) {
      const name = Buffer.concat([Buffer.from(`${folder.path}/`), Buffer.from([0xff, 0xfe])])
      await writeFile(name, '123')
      expect(await folder.usage()).toEqual({ bytes: 3, entries: 1 })
      expect(await folder.list()).toHaveLength(1)
      await folders.destroy(session)
      expect(await codeOf(folder.list())).toBe('WORKSPACE_MISSING')
    },
  },
  {
    name: 'hostile: folders nested 150 deep, on a path that is too long to be named, are refused by a write, and destroyed',
    async run({ folder, folders, session, root }) {
      const script = `for (let i = 0; i < 150; i++) { fs.mkdirSync('d'.repeat(60)); process.chdir('d'.repeat(60)) }`
      execFileSync(process.execPath, ['--input-type=commonjs', '--eval', `const fs = require('fs'); ${script}`], {
        cwd: folder.path,
      })
      expect((await errorOf(folder.writeFile('x', 'y'))).details).toEqual({ unit: 'depth', limit: 128 })
      await folders.destroy(session)
      expect(await tree(root)).toEqual([])
    },
  },
  {
    name: 'errors: none names a path of this host, and the cause is kept',
    async run({ folder, root }) {
      const taken = join(folder.path, 'x')
      await mkdir(taken)
      await rm(root, { recursive: true })
      await writeFile(root, '')
      const error = await errorOf(folder.readFile('a'))
      expect(error.code).toBe('WORKSPACE_ROOT_UNSAFE')
      expect(`${error.message} ${JSON.stringify(error.details)}`).not.toContain(root)
      expect(error.cause).toBeInstanceOf(Error)
      expect(await lstat(root)).toBeDefined()
    },
  },
]
