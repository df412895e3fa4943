import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { codeOf, errorOf, failureOf } from '../../failures.ts'
import { tree, type WorkspaceCase } from './world.ts'

/** What a user does with files. */
export const fileCases: readonly WorkspaceCase[] = [
  {
    name: 'files: what is written is read, as bytes and as text',
    async run({ folder }) {
      await folder.writeFile('notes.md', 'Grüße\n')
      expect(await folder.readText('notes.md')).toBe('Grüße\n')
      const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256)
      await folder.writeFile('data.bin', bytes)
      expect(Buffer.from(await folder.readFile('data.bin')).equals(bytes)).toBe(true)
    },
  },
  {
    name: 'files: an empty file and a name in any script are fine',
    async run({ folder }) {
      for (const path of [
        'empty',
        '日本/ファイル',
        'with space',
        'new\nline',
        '-rf',
        '...',
        '.env',
        'con',
        '~x',
        '__proto__',
      ]) {
        await folder.writeFile(path, '')
        expect(await folder.readFile(path)).toHaveLength(0)
      }
    },
  },
  {
    name: 'files: writing makes the folders it needs, mode 0700, and the file 0600',
    async run({ folder }) {
      await folder.writeFile('a/b/c.txt', 'x')
      expect(await tree(folder.path)).toEqual(['a', 'a/b', 'a/b/c.txt'])
      expect((await stat(join(folder.path, 'a'))).mode & 0o777).toBe(0o700)
      expect((await stat(join(folder.path, 'a/b'))).mode & 0o777).toBe(0o700)
      expect((await stat(join(folder.path, 'a/b/c.txt'))).mode & 0o777).toBe(0o600)
    },
  },
  {
    name: 'files: writing again replaces the whole content, and a script stays executable',
    async run({ folder }) {
      await folder.writeFile('run.sh', 'a long first version')
      await chmod(join(folder.path, 'run.sh'), 0o755)
      await folder.writeFile('run.sh', 'short')
      expect(await folder.readText('run.sh')).toBe('short')
      expect((await stat(join(folder.path, 'run.sh'))).mode & 0o777).toBe(0o700)
    },
  },
  {
    name: 'files: what a program in the folder writes is read, and the other way round',
    async run({ folder }) {
      await writeFile(join(folder.path, 'from-program'), 'x')
      expect(await folder.readText('from-program')).toBe('x')
      await folder.writeFile('to-program', 'y')
      expect(await readFile(join(folder.path, 'to-program'), 'utf8')).toBe('y')
    },
  },
  {
    name: 'files: one that is missing is WORKSPACE_NOT_FOUND, also in a folder that is missing',
    async run({ folder }) {
      expect(await codeOf(folder.readFile('none'))).toBe('WORKSPACE_NOT_FOUND')
      expect(await codeOf(folder.readFile('no/such'))).toBe('WORKSPACE_NOT_FOUND')
      expect(await codeOf(folder.stat('none'))).toBe('WORKSPACE_NOT_FOUND')
      expect(await codeOf(folder.list('none'))).toBe('WORKSPACE_NOT_FOUND')
      expect((await errorOf(folder.readFile('no/such'))).details).toEqual({ path: 'no/such' })
    },
  },
  {
    name: 'files: a folder is no file, and a file is no folder',
    async run({ folder }) {
      await folder.writeFile('dir/file', '')
      expect(await codeOf(folder.readFile('dir'))).toBe('WORKSPACE_NOT_REGULAR')
      expect(await codeOf(folder.writeFile('dir', ''))).toBe('WORKSPACE_NOT_REGULAR')
      expect(await codeOf(folder.readFile('dir/file/x'))).toBe('WORKSPACE_NOT_REGULAR')
      expect(await codeOf(folder.writeFile('dir/file/x', ''))).toBe('WORKSPACE_NOT_REGULAR')
      expect(await codeOf(folder.list('dir/file'))).toBe('WORKSPACE_NOT_REGULAR')
      expect(await codeOf(folder.makeFolder('dir/file'))).toBe('WORKSPACE_NOT_REGULAR')
      expect(await tree(folder.path)).toEqual(['dir', 'dir/file'])
    },
  },
  {
    name: 'files: a larger one than asked for is TOO_LARGE, one of just that size is read',
    async run({ folder }) {
      await folder.writeFile('ten', '0123456789')
      expect(await folder.readText('ten', { maxBytes: 10 })).toBe('0123456789')
      const error = await errorOf(folder.readFile('ten', { maxBytes: 9 }))
      expect(error.code).toBe('TOO_LARGE')
      expect(error.details).toEqual({ field: 'ten', bytes: 10, maxBytes: 9 })
    },
  },
  {
    name: 'files: one that a program made larger than the limit is not read into memory',
    options: { maxBytesPerFile: 1000 },
    async run({ folder }) {
      await writeFile(join(folder.path, 'large'), 'x'.repeat(1001))
      expect(await codeOf(folder.readFile('large'))).toBe('TOO_LARGE')
    },
  },
  {
    name: 'list: names, kinds, sizes and instants, by name; nothing that is being written',
    async run({ folder }) {
      await folder.writeFile('b', '12345')
      await folder.makeFolder('a')
      await writeFile(join(folder.path, '.sess-0123'), '')
      const entries = await folder.list()
      expect(entries.map(({ name, kind, bytes }) => [name, kind, bytes])).toEqual([
        ['a', 'folder', 0],
        ['b', 'file', 5],
      ])
      expect(Math.abs(Date.now() - (entries[1]?.modifiedAt ?? 0))).toBeLessThan(60_000)
      expect(await folder.list('a')).toEqual([])
      expect(await folder.stat('b')).toEqual(entries[1])
    },
  },
  {
    name: 'list: more entries than there may be are refused, not listed',
    options: { maxEntries: 20 },
    async run({ folder }) {
      for (let index = 0; index < 21; index++) await writeFile(join(folder.path, `${index}`), '')
      expect(await codeOf(folder.list())).toBe('WORKSPACE_QUOTA')
    },
  },
  {
    name: 'makeFolder: makes all levels, and again is fine',
    async run({ folder }) {
      await folder.makeFolder('x/y/z')
      await folder.makeFolder('x/y/z')
      expect(await tree(folder.path)).toEqual(['x', 'x/y', 'x/y/z'])
    },
  },
  {
    name: 'remove: a file, a folder with all that is in it, and false for nothing',
    async run({ folder, root }) {
      await folder.writeFile('keep', '')
      await folder.writeFile('a/b/c', '')
      await folder.writeFile('a/d', '')
      expect(await folder.remove('a/d')).toBe(true)
      expect(await folder.remove('a')).toBe(true)
      expect(await folder.remove('a')).toBe(false)
      expect(await folder.remove('no/such')).toBe(false)
      expect(await tree(folder.path)).toEqual(['keep'])
      expect(await tree(join(root, '.trash'))).toEqual([])
    },
  },
  {
    name: 'usage: bytes and entries of everything, also of what programs wrote',
    async run({ folder }) {
      expect(await folder.usage()).toEqual({ bytes: 0, entries: 0 })
      await folder.writeFile('a/b', '1234')
      await writeFile(join(folder.path, 'a/c'), '567')
      expect(await folder.usage()).toEqual({ bytes: 7, entries: 3 })
    },
  },
  {
    name: 'abort: before, and while waiting for another change: nothing is written',
    async run({ folder }) {
      const reason = new Error('enough')
      const aborted = AbortSignal.abort(reason)
      expect(await failureOf(folder.writeFile('a/b', '', { signal: aborted }))).toBe(reason)
      expect(await failureOf(folder.readFile('a', { signal: aborted }))).toBe(reason)
      expect(await failureOf(folder.list('', { signal: aborted }))).toBe(reason)
      expect(await failureOf(folder.remove('a', { signal: aborted }))).toBe(reason)
      const controller = new AbortController()
      const first = folder.writeFile('first', new Uint8Array(5_000_000))
      const second = folder.writeFile('second', 'x', { signal: controller.signal })
      controller.abort(reason)
      expect(await failureOf(second)).toBe(reason)
      await first
      await folder.writeFile('third', '')
      expect(await tree(folder.path)).toEqual(['first', 'third'])
    },
  },
  {
    name: 'abort: in the middle of a write leaves the old content and nothing else',
    async run({ folder }) {
      await folder.writeFile('file', 'old')
      // Aborted when it is asked for the third time: after the file was begun.
      let asked = 0
      const controller = new AbortController()
      const signal = new Proxy(controller.signal, {
        get(target, property) {
          if (property === 'throwIfAborted' && ++asked === 3) controller.abort('enough')
          const member: unknown = Reflect.get(target, property, target)
          return typeof member === 'function' ? member.bind(target) : member
        },
      })
      expect(await failureOf(folder.writeFile('file', new Uint8Array(3_000_000), { signal }))).toBe('enough')
      expect(await tree(folder.path)).toEqual(['file'])
      expect(await folder.readText('file')).toBe('old')
    },
  },
  {
    name: 'arguments: what is no path, content or limit is INVALID_ARGUMENT with its name',
    async run({ folder, folders }) {
      const wrong = <Type>(value: unknown): Type => value as Type
      expect((await errorOf(folder.readFile(wrong(7)))).details).toEqual({ field: 'path' })
      expect((await errorOf(folder.writeFile('a', wrong({})))).details).toEqual({ field: 'content' })
      expect((await errorOf(folder.readFile('a', { maxBytes: -1 }))).details).toEqual({ field: 'maxBytes' })
      expect(() => folders.for(wrong({}))).toThrow(/session/)
      expect(() => folders.for(wrong({ id: 'x', owner: { orgId: '', userId: 'x' } }))).toThrow(/orgId/)
    },
  },
]
