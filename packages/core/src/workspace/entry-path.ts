import { invalidArgument, SessError } from '../errors.ts'
import { utf8Bytes } from '../json.ts'

/** How deep the path of an entry may be. */
const maxDepth = 32

/**
 * The names on the way to an entry of a workspace, parted by `/`.
 *
 * @param top whether '' is allowed, for the workspace itself.
 * @throws {@link SessError} `WORKSPACE_PATH_INVALID` unless the path is relative and made of plain names only.
 */
export function checkedEntryPath(path: unknown, top: 'top' | 'below' = 'below'): readonly string[] {
  if (typeof path !== 'string') throw invalidArgument('path', 'must be a string')
  if (path === '' && top === 'top') return []
  const reason = pathProblem(path)
  if (reason !== null)
    throw new SessError('WORKSPACE_PATH_INVALID', `the path ${reason}`, { path: shortPath(path), reason })
  return path.split('/')
}

/** The path as far as an error shows it. */
export function shortPath(path: string): string {
  return path.slice(0, 200).toWellFormed()
}

/** Whether the name is one of the files that are being written. They are not shown, and nobody else may use such names. */
export function isTemporary(name: string): boolean {
  return name.startsWith(temporaryPrefix)
}

/** How the names of files that are being written begin. */
export const temporaryPrefix = '.sess-'

function pathProblem(path: string): string | null {
  if (path === '') return 'must not be empty'
  if (!path.isWellFormed()) return 'must be well-formed Unicode'
  if (utf8Bytes(path) > 4096) return 'must have at most 4,096 bytes'
  if (path.startsWith('/')) return 'must be relative'
  if (path.includes('\0')) return 'must not hold a NUL'
  if (path.includes('\\')) return 'must not hold a backslash'
  const names = path.split('/')
  if (names.length > maxDepth) return `must have at most ${maxDepth} names`
  for (const name of names) {
    if (name === '') return 'must not hold an empty name'
    if (name === '.' || name === '..') return 'must not hold . or ..'
    if (utf8Bytes(name) > 255) return 'must not hold a name of more than 255 bytes'
    if (isTemporary(name)) return `must not hold a name that begins with ${temporaryPrefix}`
    if (process.platform === 'win32' && isWindowsOnly(name)) return 'must not hold a name that Windows reads as another'
  }
  return null
}

/** Devices, alternate streams, and names that lose their end there. */
function isWindowsOnly(name: string): boolean {
  return /[:*?"<>|]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name)
}
