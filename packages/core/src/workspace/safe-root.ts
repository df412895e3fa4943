import { lstatSync, mkdirSync, realpathSync, type Stats } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, parse } from 'node:path'
import { invalidArgument, SessError } from '../errors.ts'
import { errnoOf } from './file-system-error.ts'

/**
 * Checks the folder that is to hold the workspaces, and makes it with mode 0700 if only it is missing.
 *
 * @returns its real path.
 * @throws {@link SessError} `WORKSPACE_ROOT_UNSAFE` unless it is a folder of ours, no link, that nobody else may write in.
 */
export function checkedRoot(root: string): string {
  if (typeof root !== 'string' || root.includes('\0')) throw invalidArgument('root', 'must be a path')
  if (!isAbsolute(root)) throw rootUnsafe('must be an absolute path')
  try {
    makeIfMissing(root)
    assertSafe(lstatSync(root))
    const real = realpathSync(root)
    if (real === parse(real).root) throw rootUnsafe('must not be the root of the file system')
    if (real === realHome()) throw rootUnsafe('must not be a home folder')
    for (let path = dirname(real); ; path = dirname(path)) {
      // With the sticky bit others may write there, but not rename what is ours.
      const { mode } = lstatSync(path)
      if (hasModes && (mode & 0o1002) === 0o002) throw rootUnsafe('lies in a folder in which anybody may rename it')
      if (path === dirname(path)) return real
    }
  } catch (cause) {
    const code = errnoOf(cause)
    if (code === null) throw cause
    throw rootUnsafe(`cannot be used: ${code}`, { cause })
  }
}

/** @throws {@link SessError} `WORKSPACE_ROOT_UNSAFE`. */
export function assertSafe(stats: Stats): void {
  if (stats.isSymbolicLink()) throw rootUnsafe('must not be a symbolic link')
  if (!stats.isDirectory()) throw rootUnsafe('must be a folder')
  if (!isOurs(stats)) throw rootUnsafe('must belong to the user of this process')
  if (hasModes && (stats.mode & 0o022) !== 0) throw rootUnsafe('must not be writable by others')
}

/** Whether it belongs to the user this process runs as. Always on systems without such users. */
export function isOurs(stats: Stats): boolean {
  return process.geteuid === undefined || stats.uid === process.geteuid()
}

/** The error for a root that is not safe to use; `reason` completes the sentence. */
export function rootUnsafe(reason: string, options?: { readonly cause?: unknown }): SessError {
  return new SessError('WORKSPACE_ROOT_UNSAFE', `the root of the workspaces ${reason}`, { reason }, options)
}

const hasModes = process.platform !== 'win32'

function makeIfMissing(root: string): void {
  try {
    mkdirSync(root, 0o700)
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
  }
}

function realHome(): string | null {
  try {
    return realpathSync(homedir())
  } catch {
    return null
  }
}
