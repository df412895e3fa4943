import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Problems, Subject } from '../problems.ts'

/** Larger files are no configuration. */
const maxBytes = 65_536

/** The text of a regular file, or null if there is a problem. Nothing is waited for, and no more than 64 KiB are read. */
export async function readText(path: string | URL, file: Subject, problems: Problems): Promise<string | null> {
  let handle: FileHandle | null = null
  try {
    // A pipe would wait for its writer.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    if (!(await handle.stat()).isFile()) return refused('is not a regular file')
    const bytes = Buffer.alloc(maxBytes + 1)
    let length = 0
    for (;;) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length)
      length += bytesRead
      if (length > maxBytes) return refused('is larger than 64 KiB')
      if (bytesRead === 0) break
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length))
  } catch (error) {
    if (error instanceof TypeError) return refused('is not UTF-8')
    return refused(`can't be read${codeOf(error)}`)
  } finally {
    await handle?.close()
  }

  function refused(problem: string): null {
    problems.add(file, problem)
    return null
  }
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? ` (${code})` : ''
}
