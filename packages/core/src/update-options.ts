import type { CallOptions } from './call-options.ts'
import { SessError } from './errors.ts'

/** Under which condition a record is changed. */
export interface UpdateOptions extends CallOptions {
  /** Change it only if it is still at this version. @default whatever it is */
  readonly expectedVersion?: number | undefined
}

/** The error for a record that is at another version than the caller expected. */
export function versionConflict(expectedVersion: number, actualVersion: number): SessError<'VERSION_CONFLICT'> {
  return new SessError('VERSION_CONFLICT', `the record is at version ${actualVersion}, not ${expectedVersion}`, {
    expectedVersion,
    actualVersion,
  })
}
