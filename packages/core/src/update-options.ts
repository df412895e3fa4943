import type { CallOptions } from './call-options.ts'

/** Under which condition a record is changed. */
export interface UpdateOptions extends CallOptions {
  /** Change it only if it is still at this version. @default whatever it is */
  readonly expectedVersion?: number | undefined
}
