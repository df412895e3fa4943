import { invalidArgument } from '../errors.ts'

/** How much one workspace may hold. */
export interface WorkspaceLimits {
  /** The sizes of all files together. @default 1_073_741_824 (1 GiB) */
  readonly maxBytes: number
  /** Files, folders and everything else that has a name. @default 50_000 */
  readonly maxEntries: number
  /** The size of one file that is written or read here. @default 104_857_600 (100 MiB) */
  readonly maxBytesPerFile: number
}

const defaults: WorkspaceLimits = { maxBytes: 1024 ** 3, maxEntries: 50_000, maxBytesPerFile: 100 * 1024 ** 2 }

/** The limits with their defaults. @throws {@link SessError} `INVALID_ARGUMENT` unless each is a whole number from 0 on. */
export function checkedWorkspaceLimits(
  limits: { readonly [Name in keyof WorkspaceLimits]?: unknown },
): WorkspaceLimits {
  const checked = (name: keyof WorkspaceLimits): number => {
    const value = limits[name] ?? defaults[name]
    if (!Number.isSafeInteger(value) || (value as number) < 0)
      throw invalidArgument(name, 'must be a whole number from 0 on')
    return value as number
  }
  return Object.freeze({
    maxBytes: checked('maxBytes'),
    maxEntries: checked('maxEntries'),
    maxBytesPerFile: checked('maxBytesPerFile'),
  })
}
