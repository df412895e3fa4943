import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { SessError } from '../errors.ts'
import { assertPlainFile, linkRefused, lookUp, notFound, notRegular } from './entry-kind.ts'
import { shortPath } from './entry-path.ts'
import { errnoOf, isMissing } from './file-system-error.ts'
import type { OpenFolder } from './open-folder.ts'

/** How often a file is opened anew, because it got another name in the same instant. */
const maxTries = 10

/** At most this is read or written at once, so that an abort is noticed. */
export const chunkBytes: number = 1024 ** 2

/**
 * Reads a file of a folder.
 *
 * @param path how the caller wrote it, for errors.
 * @throws {@link SessError} `TOO_LARGE`, `WORKSPACE_NOT_FOUND`, `WORKSPACE_SYMLINK`, `WORKSPACE_NOT_REGULAR`.
 */
export async function readFileIn(
  folder: OpenFolder,
  name: string,
  path: string,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  for (let tries = 1; ; tries++) {
    const file = await openPlain(folder, name, path)
    try {
      const stats = await file.stat()
      assertPlainFile(stats, path)
      if (await isInside(file, folder, name)) {
        if (stats.size > maxBytes) throw tooLarge(path, stats.size, maxBytes)
        return await readWhole(file, stats.size, maxBytes, path, signal)
      }
      // Renamed meanwhile, which happens; again and again it does not.
      if (tries === maxTries) throw linkRefused(path, 'a file that is being swapped')
    } finally {
      await file.close()
    }
  }
}

/**
 * Whether what was opened has no name outside of the folder. One name, as the file itself says, is not enough: the name it was opened by may
 * have been a second one, and be gone already. So its only name must be this one; or it has none, as it has just been replaced.
 */
async function isInside(file: FileHandle, folder: OpenFolder, name: string): Promise<boolean> {
  const named = await lookUp(folder, name)
  const { dev, ino, nlink } = await file.stat()
  return nlink === 0 || (named?.dev === dev && named.ino === ino && named.nlink === 1)
}

async function openPlain(folder: OpenFolder, name: string, path: string): Promise<FileHandle> {
  // Looked at before it is opened: opening a device can have effects.
  const stats = await lookUp(folder, name)
  if (stats === null) throw notFound(path)
  assertPlainFile(stats, path)
  try {
    // Should it have become a pipe since, O_NONBLOCK keeps this from waiting for its other end for ever.
    return await open(await folder.at(name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (isMissing(error)) throw notFound(path)
    if (errnoOf(error) === 'ELOOP') throw linkRefused(path, 'a symbolic link')
    if (errnoOf(error) === 'ENXIO') throw notRegular(path, 'not a file')
    throw error
  }
}

/** Reads to the end, also of a file that grows. */
async function readWhole(
  file: FileHandle,
  size: number,
  maxBytes: number,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for (;;) {
    signal?.throwIfAborted()
    const chunk = new Uint8Array(Math.min(Math.max(size - bytes, 0) + 1, chunkBytes))
    const { bytesRead } = await file.read(chunk)
    if (bytesRead === 0) return joined(chunks, bytes)
    bytes += bytesRead
    if (bytes > maxBytes) throw tooLarge(path, bytes, maxBytes)
    chunks.push(chunk.subarray(0, bytesRead))
  }
}

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

function tooLarge(path: string, bytes: number, maxBytes: number): SessError {
  const field = shortPath(path)
  return new SessError('TOO_LARGE', `the file has more than ${maxBytes} bytes`, { field, bytes, maxBytes })
}
