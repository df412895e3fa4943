import { resolve } from 'node:path'
import { invalidArgument } from '../errors.ts'
import { AuditWriter, type AuditWriterOptions } from './audit-writer.ts'
import { FilePlace } from './file-place.ts'

/** The keys of an audit log in files, and how large these get. */
export interface FileAuditOptions extends AuditWriterOptions {
  /** From so many bytes on, the next file is begun. @default 67_108_864 */
  readonly maxFileBytes?: number | undefined
  /** `disk`: an event is kept when the disk has it. `system`: when the operating system has it. @default 'disk' */
  readonly durability?: 'disk' | 'system' | undefined
}

/**
 * An audit log in a folder of files of JSON lines, each line sealed together with the one before. Any number of processes may use
 * one folder: each writes a chain of its own, in files that only its owner may read. Close it after the manager.
 *
 * @throws {@link SessError} `INVALID_ARGUMENT` naming the option.
 */
export function fileAudit(folder: string, options: FileAuditOptions): AuditWriter {
  const { maxFileBytes = 67_108_864, durability = 'disk' } = options
  if (typeof folder !== 'string' || folder === '') throw invalidArgument('folder', 'must be a path')
  if (durability !== 'disk' && durability !== 'system')
    throw invalidArgument('durability', "must be 'disk' or 'system'")
  if (!Number.isSafeInteger(maxFileBytes) || maxFileBytes < 1)
    throw invalidArgument('maxFileBytes', 'must be a whole number from 1 up')
  return new AuditWriter(new FilePlace(resolve(folder), maxFileBytes, durability === 'disk'), options)
}
