import { chmod, chown, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isSessError, type SessError } from '@sess/core'
import { expect, test } from 'vitest'
import { workspaces } from '../../src/workspace/index.ts'
import { inTemporaryFolder } from './cases/world.ts'

/** The reason for which a root is refused. */
function refusal(root: string): unknown {
  try {
    workspaces(root)
  } catch (error) {
    if (isSessError(error, 'WORKSPACE_ROOT_UNSAFE')) return error.details.reason
    throw error
  }
  return null
}

/** Prepares a path in a temporary folder and tells why it is refused. */
async function refusalOf(prepare: (path: string, temp: string) => Promise<unknown>): Promise<unknown> {
  let reason: unknown
  await inTemporaryFolder(async (temp) => {
    await prepare(join(temp, 'root'), temp)
    reason = refusal(join(temp, 'root'))
  })
  return reason
}

test('a root that is there is taken as it is; one that is missing is made with mode 0700', async () => {
  expect(await refusalOf((path) => mkdir(path, { mode: 0o755 }))).toBe(null)
  await inTemporaryFolder(async (temp) => {
    workspaces(join(temp, 'new'))
    expect((await stat(join(temp, 'new'))).mode & 0o777).toBe(0o700)
  })
})

test('a root whose parents are missing is refused: a disk that is not mounted is no reason to fill another', async () => {
  await inTemporaryFolder(async (temp) => {
    expect(refusal(join(temp, 'no/such'))).toBe('cannot be used: ENOENT')
    expect(await readdir(temp)).toEqual([])
  })
})

test('a relative root, the root of the system and a home folder are refused', () => {
  expect(refusal('workspaces')).toBe('must be an absolute path')
  expect(refusal('')).toBe('must be an absolute path')
  expect(refusal('/')).toBe('must not be the root of the file system')
  expect(refusal(homedir())).toBe('must not be a home folder')
})

test('a link is refused, also to a folder that is safe', async () => {
  const reason = await refusalOf(async (path, temp) => {
    await mkdir(join(temp, 'real'))
    await symlink('real', path)
  })
  expect(reason).toBe('must not be a symbolic link')
  const dangling = await refusalOf((path) => symlink('nowhere', path))
  expect(dangling).toBe('must not be a symbolic link')
})

test('a link further up is followed once: the root is where it led', async () => {
  await inTemporaryFolder(async (temp) => {
    await mkdir(join(temp, 'real'))
    await symlink('real', join(temp, 'alias'))
    const owner = { orgId: 'acme', userId: 'ada' }
    const path = workspaces(join(temp, 'alias/root')).pathOf({ id: 'x', owner })
    expect(path.endsWith('/real/root/ada.acme/x')).toBe(true)
  })
})

test('a file is refused, and so is what is in a file', async () => {
  expect(await refusalOf((path) => writeFile(path, ''))).toBe('must be a folder')
  expect(await refusalOf((_, temp) => writeFile(join(temp, 'root'), ''))).toBe('must be a folder')
})

for (const mode of [0o770, 0o707, 0o777, 0o722, 0o1777])
  test(`a root of mode 0${mode.toString(8)} is refused`, async () => {
    const reason = await refusalOf(async (path) => {
      await mkdir(path)
      await chmod(path, mode)
    })
    expect(reason).toBe('must not be writable by others')
  })

test('a root in a folder where anybody may rename it is refused; with the sticky bit it is fine', async () => {
  const within = (mode: number) => refusalOf(async (_, temp) => void (await chmod(temp, mode)))
  expect(await within(0o777)).toBe('lies in a folder in which anybody may rename it')
  expect(await within(0o1777)).toBe(null)
  expect(await within(0o775)).toBe(null)
})

test('a root of another user of the system is refused', async (context) => {
  if (process.geteuid?.() !== 0) context.skip('only root can give a folder away')
  const reason = await refusalOf(async (path) => {
    await mkdir(path)
    await chown(path, 65_534, 65_534)
  })
  expect(reason).toBe('must belong to the user of this process')
})

test('options that are wrong are INVALID_ARGUMENT with their name, before anything is made', async () => {
  await inTemporaryFolder(async (temp) => {
    const root = join(temp, 'root')
    const fieldOf = (options: object): unknown => {
      try {
        workspaces(root, options)
      } catch (error) {
        return (error as SessError<'INVALID_ARGUMENT'>).details.field
      }
      return null
    }
    for (const name of ['maxBytes', 'maxEntries', 'maxBytesPerFile'])
      for (const value of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1', 2 ** 53])
        expect(fieldOf({ [name]: value })).toBe(name)
    expect(fieldOf({ maxByte: 1 })).toBe('options.maxByte')
    expect(fieldOf({ defaultOrgId: '' })).toBe('defaultOrgId')
    expect(fieldOf({ name: 7 })).toBe('name')
    expect(await readdir(temp)).toEqual([])
    expect(() => workspaces(7 as unknown as string)).toThrow(/root/)
  })
})
