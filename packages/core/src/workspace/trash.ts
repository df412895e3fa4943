import { randomBytes } from 'node:crypto'
import { rename, rmdir, unlink } from 'node:fs/promises'
import { sleep } from '../abort.ts'
import { makeFolder } from './descend.ts'
import { lookUp } from './entry-kind.ts'
import { namesIn } from './entry-names.ts'
import { errnoOf, ifThere, isMissing } from './file-system-error.ts'
import { type EntryName, type OpenFolder, within } from './open-folder.ts'
import type { Place } from './place.ts'

/** How often the removal of one folder is tried, while somebody goes on writing in it. */
const maxTries = 40

/** Opens the folder in the root for what is being removed. It is made if it is missing. */
export async function openTrash(root: OpenFolder): Promise<OpenFolder> {
  await makeFolder(root, '.trash')
  return await root.openFolder('.trash')
}

/** A name that nothing in the trash has. What it begins with says whose it is, so that any process can finish the removal. */
export function trashName(place: Place): string {
  return trashPrefix(place) + randomName()
}

/** How all names begin that something of the workspace has in the trash. */
export function trashPrefix(place: Place): string {
  return `${place.name}.`
}

/** Moves an entry to the trash: it is gone from its place in one step. @returns false if there was nothing. */
export async function moveToTrash(
  folder: OpenFolder,
  name: EntryName,
  trash: OpenFolder,
  place: Place,
): Promise<boolean> {
  return await moved(folder, name, trash, trashName(place))
}

/**
 * Removes everything in the trash whose name begins with `prefix`. No link is followed. Trees are taken apart from the top: a folder in a
 * folder is moved up into the trash, so neither their depth nor their size matters, and a crash leaves nothing but trash.
 *
 * @throws the file system's error for what can't be removed, also after some tries.
 */
export async function emptyTrash(trash: OpenFolder, prefix: string): Promise<void> {
  const tries = new Map<string, number>()
  const failures = new Map<string, unknown>()
  for (;;) {
    const names: Buffer[] = []
    for await (const some of namesIn(trash))
      names.push(...some.filter((name) => startsWith(name, prefix) && !failures.has(keyOf(name))))
    if (names.length === 0) break
    for (const name of names) {
      try {
        await removeTop(trash, name, prefix)
      } catch (error) {
        const tried = (tries.get(keyOf(name)) ?? 0) + 1
        tries.set(keyOf(name), tried)
        if (!isBusy(error) || tried === maxTries) failures.set(keyOf(name), error)
        else await sleep(tried)
      }
    }
  }
  for (const failure of failures.values()) throw failure
}

async function removeTop(trash: OpenFolder, name: Buffer, prefix: string): Promise<void> {
  const takeOut = async (folder: OpenFolder, child: Buffer): Promise<void> => {
    if (!(await unlinked(folder, child))) await moved(folder, child, trash, prefix + randomName())
  }
  if (await unlinked(trash, name)) return
  await ifThere(trash.restrict(name))
  const folder = await ifThere(trash.openFolder(name))
  if (folder === null) return
  await within(folder, async () => {
    for await (const children of namesIn(folder)) await Promise.all(children.map((child) => takeOut(folder, child)))
  })
  await ifThere(rmdir(await trash.at(name)))
}

/** Removes a name of anything but a folder. @returns false for a folder. */
async function unlinked(folder: OpenFolder, name: Buffer): Promise<boolean> {
  try {
    await unlink(await folder.at(name))
    return true
  } catch (error) {
    if (isMissing(error)) return true
    // Of a folder Linux says EISDIR, others EPERM.
    if (errnoOf(error) === 'EISDIR') return false
    if (errnoOf(error) === 'EPERM' && (await lookUp(folder, name))?.isDirectory() === true) return false
    throw error
  }
}

async function moved(folder: OpenFolder, name: EntryName, trash: OpenFolder, newName: string): Promise<boolean> {
  const move = async (): Promise<true> => {
    await rename(await folder.at(name), await trash.at(newName))
    return true
  }
  try {
    return await move()
  } catch (error) {
    if (isMissing(error)) return false
    if (errnoOf(error) !== 'EACCES') throw error
    // A folder that may not be written in may not be moved either.
    await folder.restrict(name)
    return await move()
  }
}

/** Whether somebody wrote into the folder, or swapped it, while it was removed. */
function isBusy(error: unknown): boolean {
  return ['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'ELOOP', 'EISDIR'].includes(errnoOf(error) ?? '')
}

function randomName(): string {
  return randomBytes(16).toString('hex')
}

function keyOf(name: Buffer): string {
  return name.toString('latin1')
}

function startsWith(name: Buffer, prefix: string): boolean {
  return keyOf(name).startsWith(prefix)
}
