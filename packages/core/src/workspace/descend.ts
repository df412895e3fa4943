import { mkdir, rmdir } from 'node:fs/promises'
import { linkRefused, lookUp, notFound, notRegular } from './entry-kind.ts'
import { errnoOf, isMissing } from './file-system-error.ts'
import { type EntryName, type OpenFolder, within } from './open-folder.ts'

/**
 * Opens the folder that `names` lead to from `top`, which is closed on the way.
 *
 * @param path how the caller wrote it, for errors.
 * @throws {@link SessError} `WORKSPACE_NOT_FOUND`, `WORKSPACE_SYMLINK`, `WORKSPACE_NOT_REGULAR`.
 */
export async function descend(top: OpenFolder, names: readonly string[], path: string): Promise<OpenFolder> {
  let folder = top
  for (const name of names) folder = await within(folder, (parent) => openEntry(parent, name, path))
  return folder
}

/** What {@link descendMaking} found and made. */
export interface MadeFolders {
  readonly folder: OpenFolder
  /** How many of the last names were not there before. */
  readonly made: number
}

/** Like {@link descend}, and makes the folders that are missing, one level at a time. */
export async function descendMaking(top: OpenFolder, names: readonly string[], path: string): Promise<MadeFolders> {
  let folder = top
  let made = 0
  for (const name of names) {
    folder = await within(folder, async (parent) => {
      if (await makeFolder(parent, name)) made++
      return await openEntry(parent, name, path)
    })
  }
  return { folder, made }
}

/** Takes back the last `count` folders of `names` as far as they are empty. */
export async function unmake(top: OpenFolder, names: readonly string[], count: number): Promise<void> {
  if (count === 0) return await top.close()
  const [name = ''] = names
  await within(top, async (parent) => {
    if (names.length > 1) await unmake(await parent.openFolder(name), names.slice(1), Math.min(count, names.length - 1))
    if (count === names.length) await rmdir(await parent.at(name))
  })
}

/** Makes a folder of mode 0700, whatever the umask. @returns false if the name is taken. */
export async function makeFolder(parent: OpenFolder, name: EntryName): Promise<boolean> {
  try {
    await mkdir(await parent.at(name), 0o700)
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false
    throw error
  }
  await parent.restrict(name)
  return true
}

async function openEntry(parent: OpenFolder, name: string, path: string): Promise<OpenFolder> {
  try {
    return await parent.openFolder(name)
  } catch (error) {
    if (isMissing(error)) throw notFound(path)
    const code = errnoOf(error)
    if (code !== 'ENOTDIR' && code !== 'ELOOP') throw error
    const stats = await lookUp(parent, name)
    const isOther = stats !== null && !stats.isSymbolicLink() && !stats.isDirectory()
    if (isOther) throw notRegular(path, 'not a folder')
    throw linkRefused(path, 'a symbolic link')
  }
}
