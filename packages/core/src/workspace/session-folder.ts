import { rmdir, unlink } from 'node:fs/promises'
import { SessError } from '../errors.ts'
import { makeFolder } from './descend.ts'
import { lookUp } from './entry-kind.ts'
import { errnoOf, ifThere, isMissing } from './file-system-error.ts'
import { type FolderOpener, type OpenFolder, within } from './open-folder.ts'
import { markerState, writeMarker } from './owner-marker.ts'
import type { Place } from './place.ts'
import { assertSafe, isOurs, rootUnsafe } from './safe-root.ts'
import { emptyTrash, moveToTrash, openTrash, trashPrefix } from './trash.ts'

/** How often a folder is made anew, when that of its owner is removed at the same time. */
const maxTries = 100

/** Opens the root. It was safe at the start, but that may be long ago. */
export async function openRoot(root: string, open: FolderOpener): Promise<OpenFolder> {
  let folder: OpenFolder
  try {
    folder = await open(root)
  } catch (cause) {
    if (!isMissing(cause) && !isNoFolder(cause)) throw cause
    throw rootUnsafe('is no folder any more', { cause })
  }
  try {
    assertSafe(folder.stats)
    return folder
  } catch (error) {
    await folder.close()
    throw error
  }
}

/**
 * Makes the folder of a session, marker first: whatever happens in between, somebody who has the session finds what there is.
 *
 * @throws {@link SessError} `WORKSPACE_EXISTS`, `WORKSPACE_FOREIGN`. Nothing was made.
 */
export async function makeSessionFolder(
  root: OpenFolder,
  place: Place,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await makeFolder(root, place.ownerName)
      const ownerFolder = await openOurs(root, place.ownerName, place)
      await within(ownerFolder, () => makeIn(root, ownerFolder, place, signal))
      return
    } catch (error) {
      // Another process has just removed the last workspace of this owner, and the owner's folder with it.
      if (!isMissing(error) || tries === maxTries) throw error
    }
  }
}

/** Opens the folder of a session. @throws {@link SessError} `WORKSPACE_MISSING`, `WORKSPACE_FOREIGN`. */
export async function openSessionFolder(root: OpenFolder, place: Place): Promise<OpenFolder> {
  const ownerFolder = await ifThere(openOurs(root, place.ownerName, place))
  if (ownerFolder === null) throw missing(place)
  return await within(ownerFolder, async () => {
    const marker = await markerState(ownerFolder, place)
    const isThere = marker === 'ours' || (await lookUp(ownerFolder, place.name)) !== null
    if (marker === 'foreign' || (marker === 'missing' && isThere)) throw foreign(place)
    const folder = isThere ? await ifThere(openOurs(ownerFolder, place.name, place)) : null
    if (folder === null) throw missing(place)
    return folder
  })
}

/**
 * Removes the folder of a session with all that is in it, the marker last: until all is gone, the next call goes on. What has no marker
 * of this session is not the session's, and stays.
 *
 * @throws {@link SessError} `WORKSPACE_FOREIGN`: the marker names somebody else. Nothing was removed.
 */
export async function removeSessionFolder(root: OpenFolder, place: Place): Promise<void> {
  try {
    await removeOnce(root, place)
  } catch (error) {
    // Somebody else removes it too, and was quicker with the owner's folder, which we had open.
    if (errnoOf(error) !== 'ENOENT') throw error
    await removeOnce(root, place)
  }
}

async function removeOnce(root: OpenFolder, place: Place): Promise<void> {
  const ownerFolder = await ifThere(openOurs(root, place.ownerName, place))
  if (ownerFolder === null) return
  await within(ownerFolder, async () => {
    const marker = await markerState(ownerFolder, place)
    if (marker === 'foreign') throw foreign(place)
    if (marker === 'missing') return
    await within(await openTrash(root), async (trash) => {
      await moveToTrash(ownerFolder, place.name, trash, place)
      await emptyTrash(trash, trashPrefix(place))
    })
    await ifThere(unlink(await ownerFolder.at(place.markerName)))
  })
  await removeIfEmpty(root, place.ownerName)
}

/** Removes the folder of an owner without sessions. */
export async function removeIfEmpty(root: OpenFolder, ownerName: string): Promise<void> {
  try {
    await rmdir(await root.at(ownerName))
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '')) throw error
  }
}

async function makeIn(root: OpenFolder, ownerFolder: OpenFolder, place: Place, signal?: AbortSignal): Promise<void> {
  const before = await markerState(ownerFolder, place)
  if (before === 'foreign') throw foreign(place)
  if (before === 'missing') {
    if ((await lookUp(ownerFolder, place.name)) !== null) throw exists(place)
    await within(await openTrash(root), (trash) => writeMarker(ownerFolder, trash, place))
    if ((await markerState(ownerFolder, place)) === 'foreign') throw foreign(place)
  }
  signal?.throwIfAborted()
  await makeFolder(ownerFolder, place.name)
  const folder = await openOurs(ownerFolder, place.name, place)
  await folder.close()
}

/** Opens a folder that only we can have made, and keeps others out of it. */
async function openOurs(parent: OpenFolder, name: string, place: Place): Promise<OpenFolder> {
  try {
    const folder = await parent.openFolder(name)
    if (isOurs(folder.stats)) {
      if ((folder.stats.mode & 0o777) !== 0o700) await parent.restrict(name)
      return folder
    }
    await folder.close()
  } catch (error) {
    if (!isNoFolder(error)) throw error
  }
  throw foreign(place)
}

function isNoFolder(error: unknown): boolean {
  return errnoOf(error) === 'ENOTDIR' || errnoOf(error) === 'ELOOP'
}

function exists({ sessionId }: Place): SessError {
  return new SessError('WORKSPACE_EXISTS', 'there is a folder already that was not made for the session', { sessionId })
}

function foreign({ sessionId }: Place): SessError {
  return new SessError('WORKSPACE_FOREIGN', 'the folder of the session is not marked as its own', { sessionId })
}

function missing({ sessionId }: Place): SessError {
  return new SessError('WORKSPACE_MISSING', 'the session has no folder', { sessionId })
}
