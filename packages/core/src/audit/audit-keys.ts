import { createSecretKey, type KeyObject } from 'node:crypto'
import { invalidArgument } from '../errors.ts'

/** Keys of an audit log by their names: 1 to 32 letters, digits, dots, underscores and hyphens. Each has exactly 32 random bytes. */
export type AuditKeys = Readonly<Record<string, Uint8Array>>

/** Copies of the keys out of sight. @throws {@link SessError} `INVALID_ARGUMENT` naming the key. */
export function checkedKeys(keys: AuditKeys): ReadonlyMap<string, KeyObject> {
  const entries = Object.entries(keys ?? {})
  if (entries.length === 0) throw invalidArgument('keys', 'must have at least one key')
  return new Map(
    entries.map(([kid, key]) => {
      if (!/^[A-Za-z0-9._-]{1,32}$/.test(kid))
        throw invalidArgument('keys', 'must be named by 1 to 32 letters, digits, dots, underscores and hyphens')
      return [kid, checkedKey(key, `keys.${kid}`)]
    }),
  )
}

/** @throws {@link SessError} `INVALID_ARGUMENT` unless it has 32 bytes that are not all zero. */
export function checkedKey(key: unknown, field: string): KeyObject {
  if (!(key instanceof Uint8Array) || key.length !== 32 || key.every((byte) => byte === 0))
    throw invalidArgument(field, 'must be a Uint8Array of 32 random bytes')
  return createSecretKey(key)
}
