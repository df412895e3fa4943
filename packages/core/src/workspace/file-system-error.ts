import { SessError } from '../errors.ts'

/** The code of an error of the file system, null of any other. */
export function errnoOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('syscall' in error)) return null
  return String(error.code)
}

/** Whether the file system says that something is not there. */
export function isMissing(error: unknown): boolean {
  return errnoOf(error) === 'ENOENT'
}

/** What `work` resolves to, or null if the file system says that something is not there. */
export async function ifThere<Value>(work: Promise<Value>): Promise<Value | null> {
  try {
    return await work
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Does `work`. @throws {@link SessError} `WORKSPACE_FAILED` for what the file system refuses; other errors pass. */
export async function guarded<Value>(
  action: string,
  signal: AbortSignal | undefined,
  work: () => Promise<Value>,
): Promise<Value> {
  signal?.throwIfAborted()
  try {
    return await work()
  } catch (cause) {
    const code = errnoOf(cause)
    if (code === null) throw cause
    // The message of the cause names a path of this host; this one does not.
    throw new SessError('WORKSPACE_FAILED', `${action} failed: ${reasons[code] ?? code}`, { action }, { cause })
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EMFILE: 'this process has too many files open',
  ENFILE: 'the system has too many files open',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
}
