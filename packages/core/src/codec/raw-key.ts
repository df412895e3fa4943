import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { SessError } from '../errors.ts'

/** Every key has so many bytes. */
export const keyBytes = 32

/** A copy of a key out of sight. @throws {@link SessError} `CODEC_KEY_INVALID` if it is not 32 bytes, or all of them zero. */
export function rawKey(key: unknown, field: string): KeyObject {
  if (!(key instanceof Uint8Array)) throw keyInvalid(field, 'must be a Uint8Array of 32 bytes: decode text first')
  if (key.length !== keyBytes) throw keyInvalid(field, `must have exactly ${keyBytes} bytes`)
  if (key.every((byte) => byte === 0)) throw keyInvalid(field, 'must not be all zero')
  return createSecretKey(key)
}

/** A key made of another one for one purpose (HKDF-SHA-256). */
export function subkey(key: KeyObject, info: Uint8Array): KeyObject {
  return createSecretKey(new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), info, keyBytes)))
}

export function keyInvalid(field: string, problem: string): SessError<'CODEC_KEY_INVALID'> {
  return new SessError('CODEC_KEY_INVALID', `${field} ${problem}`, { field })
}
