import { existsSync } from 'node:fs'
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { codeOf, errorOf } from '../../failures.ts'
import { tree, type WorkspaceCase } from './world.ts'

const bytes = (count: number): Uint8Array => new Uint8Array(count)

/** How much a workspace takes. */
export const quotaCases: readonly WorkspaceCase[] = [
  {
    name: 'quota: exactly the bytes that are allowed fit, one more does not, and nothing of it is left',
    options: { maxBytes: 1000 },
    async run({ folder }) {
      await folder.writeFile('a', bytes(600))
      await folder.writeFile('b', bytes(400))
      const error = await errorOf(folder.writeFile('deep/er/c', bytes(1)))
      expect(error.code).toBe('WORKSPACE_QUOTA')
      expect(error.details).toEqual({ unit: 'bytes', limit: 1000 })
      expect(await tree(folder.path)).toEqual(['a', 'b'])
    },
  },
  {
    name: 'quota: exactly the entries that are allowed fit, folders counted',
    options: { maxEntries: 4 },
    async run({ folder }) {
      await folder.writeFile('a/b', '')
      await folder.makeFolder('c')
      expect((await errorOf(folder.writeFile('d/e', ''))).details).toEqual({ unit: 'entries', limit: 4 })
      expect(await codeOf(folder.makeFolder('d/e'))).toBe('WORKSPACE_QUOTA')
      expect(await tree(folder.path)).toEqual(['a', 'a/b', 'c'])
      await folder.writeFile('d', '')
      expect(await codeOf(folder.makeFolder('e'))).toBe('WORKSPACE_QUOTA')
      await folder.makeFolder('c')
      await folder.writeFile('d', 'again')
    },
  },
  {
    name: 'quota: a file of just the size that is allowed fits, a larger one is refused before anything is made',
    options: { maxBytesPerFile: 100 },
    async run({ folder }) {
      await folder.writeFile('a', bytes(100))
      expect((await errorOf(folder.writeFile('b/c', bytes(101)))).details).toEqual({
        unit: 'bytes-per-file',
        limit: 100,
      })
      expect((await errorOf(folder.writeFile('b/c', 'ü'.repeat(51)))).details).toEqual({
        unit: 'bytes-per-file',
        limit: 100,
      })
      expect(await tree(folder.path)).toEqual(['a'])
    },
  },
  {
    name: 'quota: what replaces a file counts for the difference',
    options: { maxBytes: 1000, maxEntries: 1 },
    async run({ folder }) {
      await folder.writeFile('a', bytes(900))
      await folder.writeFile('a', bytes(1000))
      expect(await codeOf(folder.writeFile('a', bytes(1001)))).toBe('WORKSPACE_QUOTA')
      expect((await folder.stat('a')).bytes).toBe(1000)
      await folder.writeFile('a', bytes(0))
      await folder.writeFile('a', bytes(1000))
    },
  },
  {
    name: 'quota: what is removed, here or by a program, makes room at once',
    options: { maxBytes: 1000, maxEntries: 3 },
    async run({ folder }) {
      await folder.writeFile('a/b', bytes(1000))
      expect(await codeOf(folder.writeFile('c', bytes(1)))).toBe('WORKSPACE_QUOTA')
      await folder.remove('a/b')
      await folder.writeFile('c', bytes(1000))
      await rm(join(folder.path, 'c'))
      await folder.writeFile('d', bytes(1000))
      await folder.remove('a')
      await folder.makeFolder('e/f')
    },
  },
  {
    name: 'quota: a workspace that programs filled takes no new content, not even in the place of old',
    options: { maxEntries: 2 },
    async run({ folder }) {
      await folder.writeFile('a', 'old')
      await folder.makeFolder('sub')
      for (const name of ['x', 'y']) await writeFile(join(folder.path, 'sub', name), '')
      expect(await codeOf(folder.writeFile('a', 'new'))).toBe('WORKSPACE_QUOTA')
      expect(await folder.readText('a')).toBe('old')
    },
  },
  {
    name: 'quota: removing what was never counted makes no room for more',
    options: { maxBytes: 64_000 },
    async run({ folder }) {
      await folder.writeFile('a', bytes(1))
      await writeFile(join(folder.path, 'theirs'), bytes(64_000))
      await folder.remove('theirs')
      for (let index = 0; index < 65; index++) await folder.writeFile(`${index}`, bytes(999)).catch(() => {})
      expect((await folder.usage()).bytes).toBe(1 + 64 * 999)
    },
  },
  {
    name: 'quota: what programs wrote before the first write counts',
    options: { maxBytes: 1000 },
    async run({ folder }) {
      await mkdir(join(folder.path, 'deep/er'), { recursive: true })
      await writeFile(join(folder.path, 'deep/er/file'), bytes(999))
      expect(await codeOf(folder.writeFile('a', bytes(2)))).toBe('WORKSPACE_QUOTA')
      await folder.writeFile('a', bytes(1))
    },
  },
  {
    name: 'quota: what programs write later is seen after 1/64 of the limit was written here',
    options: { maxBytes: 64_000, maxEntries: 64_000 },
    async run({ folder }) {
      await folder.writeFile('first', bytes(1))
      await writeFile(join(folder.path, 'theirs'), bytes(64_000))
      const codes: unknown[] = []
      for (let index = 0; index < 4; index++) codes.push(await codeOf(folder.writeFile(`${index}`, bytes(400))))
      expect(codes).toEqual([null, null, 'WORKSPACE_QUOTA', 'WORKSPACE_QUOTA'])
    },
  },
  {
    name: 'quota: sixty writers at once get exactly what there is',
    options: { maxBytes: 1000, maxEntries: 50 },
    async run({ folder }) {
      const codes = await Promise.all(
        Array.from({ length: 60 }, (_, index) => codeOf(folder.writeFile(`${index}`, bytes(30)))),
      )
      expect(codes.filter((code) => code === null)).toHaveLength(33)
      expect(codes.filter((code) => code === 'WORKSPACE_QUOTA')).toHaveLength(27)
      expect(await folder.usage()).toEqual({ bytes: 990, entries: 33 })
    },
  },
  {
    name: 'quota: two processes that write at once are over by 1/64 at most, and small limits are exact',
    options: { maxBytes: 1000, maxEntries: 20 },
    async run({ folder, open, session }) {
      const other = open().for(session)
      const writers = Array.from({ length: 40 }, (_, index) =>
        (index % 2 ? folder : other).writeFile(`${index}`, bytes(10)),
      )
      const written = (await Promise.all(writers.map(codeOf))).filter((code) => code === null).length
      const { entries } = await folder.usage()
      expect(entries).toBe(written)
      expect(entries).toBeLessThanOrEqual(20)
      expect(entries).toBeGreaterThanOrEqual(18)
    },
  },
  {
    name: 'quota: a write that fails gives back its room',
    options: { maxBytes: 1000 },
    async run({ folder }) {
      await folder.writeFile('first', bytes(1))
      for (let index = 0; index < 20; index++) {
        let asked = 0
        const signal = {
          aborted: false,
          throwIfAborted: () => void (++asked === 3 && thrown()),
          addEventListener() {},
          removeEventListener() {},
        }
        await folder.writeFile('a', bytes(900), { signal: signal as unknown as AbortSignal }).then(
          () => expect.fail('should have failed'),
          () => {},
        )
      }
      await folder.writeFile('a', bytes(999))
    },
  },
  {
    name: 'quota: what a crash left half-written is removed after an hour, not before',
    options: { maxBytes: 1000 },
    async run({ folder }) {
      const [old, young] = [join(folder.path, '.sess-old'), join(folder.path, '.sess-young')]
      await writeFile(old, bytes(600))
      await writeFile(young, bytes(600))
      const at = Date.now() / 1000 - 3_700
      await utimes(old, at, at)
      expect(await folder.usage()).toEqual({ bytes: 600, entries: 1 })
      expect([existsSync(old), existsSync(young)]).toEqual([false, true])
    },
  },
  {
    name: 'quota: limits of nothing take nothing',
    options: { maxBytes: 0, maxEntries: 0, maxBytesPerFile: 0 },
    async run({ folder }) {
      expect(await codeOf(folder.writeFile('a', ''))).toBe('WORKSPACE_QUOTA')
      expect(await codeOf(folder.makeFolder('a'))).toBe('WORKSPACE_QUOTA')
    },
  },
]

function thrown(): never {
  throw new Error('aborted')
}
