import { lstat, unlink } from 'node:fs/promises'
import { SessError } from '../errors.ts'
import { namesIn } from './entry-names.ts'
import { isTemporary } from './entry-path.ts'
import { errnoOf, ifThere } from './file-system-error.ts'
import { type OpenFolder, within } from './open-folder.ts'

/** How much there is in a workspace. */
export interface WorkspaceUsage {
  /** The sizes of all files together. */
  readonly bytes: number
  /** Files, folders and everything else that has a name. */
  readonly entries: number
}

const nothing: WorkspaceUsage = { bytes: 0, entries: 0 }

/** How deep folders that other programs made are looked into: each level costs a descriptor. */
const maxDepth = 128

/** How often a folder is read anew, because entries were renamed while it was read. */
const maxTries = 5

/** A file that was being written an hour ago is what a crash left. */
const abandonedMs = 3_600_000

/**
 * Counts what is in a folder and below, through no link. It stops when there are more than `maxEntries`.
 *
 * @throws {@link SessError} `WORKSPACE_QUOTA` if folders are nested deeper than 128 levels.
 */
export async function measure(folder: OpenFolder, maxEntries: number, depth = 0): Promise<WorkspaceUsage> {
  if (depth > maxDepth) throw tooDeep()
  const own = await measureEntries(folder, maxEntries)
  let { bytes, entries } = own
  for (const name of own.folders) {
    if (entries > maxEntries) break
    const below = await measureBelow(folder, name, maxEntries - entries, depth)
    bytes += below.bytes
    entries += below.entries
  }
  return { bytes, entries }
}

async function measureBelow(
  folder: OpenFolder,
  name: Buffer,
  maxEntries: number,
  depth: number,
): Promise<WorkspaceUsage> {
  try {
    const child = await openBelow(folder, name)
    return child === null ? nothing : await within(child, () => measure(child, maxEntries, depth + 1))
  } catch (error) {
    if (errnoOf(error) === 'ENAMETOOLONG') throw tooDeep()
    throw error
  }
}

/**
 * Opens a folder to count it, null if it is none any more. One whose maker has taken away the rights to look into it gets them
 * back: it would hide what is in it.
 */
async function openBelow(folder: OpenFolder, name: Buffer): Promise<OpenFolder | null> {
  try {
    const child = await folder.openFolder(name)
    if ((child.stats.mode & 0o100) === 0) await folder.restrict(name)
    return child
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return null
    if (code !== 'EACCES') throw error
    await folder.restrict(name)
    return await folder.openFolder(name)
  }
}

function tooDeep(): SessError {
  const limit = maxDepth
  return new SessError('WORKSPACE_QUOTA', `the workspace has folders nested deeper than ${limit}`, {
    unit: 'depth',
    limit,
  })
}

interface OwnUsage extends WorkspaceUsage {
  readonly folders: readonly Buffer[]
}

async function measureEntries(folder: OpenFolder, maxEntries: number, tries = 1): Promise<OwnUsage> {
  let bytes = 0
  let entries = 0
  let vanished = false
  const folders: Buffer[] = []
  for await (const names of namesIn(folder)) {
    const found = await Promise.all(
      names.map(async (name) => ({ name, stats: await ifThere(lstat(await folder.at(name))) })),
    )
    for (const { name, stats } of found) {
      if (stats === null) vanished = true
      else if (stats.isDirectory()) folders.push(name)
      else if (stats.isFile()) {
        if (await isRemoved(folder, name, stats.mtimeMs)) continue
        bytes += stats.size
      }
      entries++
    }
    if (entries > maxEntries) break
  }
  // What vanished may have got a new name that was not read any more: it would be missing from the count.
  if (vanished && tries < maxTries) return await measureEntries(folder, maxEntries, tries + 1)
  return { bytes, entries, folders }
}

async function isRemoved(folder: OpenFolder, name: Buffer, modifiedAt: number): Promise<boolean> {
  if (!isTemporary(name.toString()) || Date.now() - modifiedAt < abandonedMs) return false
  await ifThere(unlink(await folder.at(name)))
  return true
}
