import { constants } from 'node:fs'
import { chmod, link, open, unlink, writeFile } from 'node:fs/promises'
import { errnoOf, isMissing } from './file-system-error.ts'
import type { OpenFolder } from './open-folder.ts'
import type { Place } from './place.ts'
import { isOurs } from './safe-root.ts'
import { trashName } from './trash.ts'

/** More than two names of 255 bytes can take, however they are escaped. */
const maxMarkerBytes = 8192

/** Whose the marker beside a workspace says it is. */
export async function markerState(ownerFolder: OpenFolder, place: Place): Promise<'ours' | 'foreign' | 'missing'> {
  const marker = await readMarker(ownerFolder, place.markerName)
  if (marker === 'missing' || marker === 'foreign') return marker
  return marker.equals(place.marker) ? 'ours' : 'foreign'
}

/** What a marker says; 'foreign' if it is no file that we can have written. */
export async function readMarker(ownerFolder: OpenFolder, name: string): Promise<Buffer | 'foreign' | 'missing'> {
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
    const file = await open(await ownerFolder.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      const stats = await file.stat()
      if (!stats.isFile() || !isOurs(stats) || stats.size > maxMarkerBytes) return 'foreign'
      return await file.readFile()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (isMissing(error)) return 'missing'
    if (isOther.has(errnoOf(error) ?? '')) return 'foreign'
    throw error
  }
}

/** Writes the marker, whole or not at all, unless there is one. */
export async function writeMarker(ownerFolder: OpenFolder, trash: OpenFolder, place: Place): Promise<void> {
  // In the trash nothing has to be tidied up after a crash. A link, unlike a rename, never replaces what is there.
  const draft = trashName(place)
  try {
    await writeFile(await trash.at(draft), place.marker, { mode: 0o600, flag: 'wx', flush: true })
    await chmod(await trash.at(draft), 0o600)
    await link(await trash.at(draft), await ownerFolder.at(place.markerName))
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
  } finally {
    await unlink(await trash.at(draft)).catch(() => {})
  }
}

/** Opening says so of a link, a socket or a folder. */
const isOther: ReadonlySet<string> = new Set(['ELOOP', 'ENXIO', 'EISDIR', 'EOPNOTSUPP'])
