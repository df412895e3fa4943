import { invalidArgument, SessError } from '../errors.ts'
import { formatError } from './decoded-json.ts'

/** A data key as it is kept: wrapped, with what tells the right one from any other. */
export interface WrappedKey {
  /** Counts a session's keys from 1. The last one encrypts, all decrypt. */
  readonly epoch: number
  /** The wrapping key. */
  readonly kid: string
  /** A hash of the data key and its place: a key that has another one is not it. */
  readonly commitment: Uint8Array
  readonly wrapped: Uint8Array
}

export const commitmentBytes = 32

/** Data keys of one session at most. */
const maxKeys = 255
const maxWrappedBytes = 8_192
const magic = Buffer.of(0x9e, 0x4b)
const version = 1

/**
 * The keys of a session as one value: magic, version, number of keys; for each its epoch (4 bytes), length and name of the wrapping key,
 * commitment, length (2 bytes) and bytes of the wrapped key. Erased keys are a value without any.
 */
export function encodeKeys(keys: readonly WrappedKey[]): Uint8Array {
  if (keys.length > maxKeys) throw invalidArgument('keys', `must be at most ${maxKeys}`)
  const parts: Uint8Array[] = [magic, Buffer.of(version, keys.length)]
  for (const { epoch, kid, commitment, wrapped } of keys) {
    if (wrapped.length > maxWrappedBytes) throw invalidArgument('wrapped', `must have at most ${maxWrappedBytes} bytes`)
    const name = Buffer.from(kid, 'latin1')
    const head = Buffer.alloc(5)
    head.writeUInt32BE(epoch)
    head.writeUInt8(name.length, 4)
    const length = Buffer.alloc(2)
    length.writeUInt16BE(wrapped.length)
    parts.push(head, name, commitment, length, wrapped)
  }
  return Buffer.concat(parts)
}

/** The error for a session that has no keys where it needs some. */
export function keysMissing(): SessError<'CODEC_PLAINTEXT_REFUSED'> {
  return new SessError('CODEC_PLAINTEXT_REFUSED', 'the session has no keys: it is not encrypted', {})
}

/** The error for a session whose keys were erased. */
export function shredded(sessionId: string): SessError<'CODEC_SHREDDED'> {
  return new SessError('CODEC_SHREDDED', 'the keys of the session were erased', { sessionId })
}

/** @throws {@link SessError} `CODEC_FORMAT`, `CODEC_UNSUPPORTED`. */
export function decodeKeys(bytes: Uint8Array): readonly WrappedKey[] {
  const buffer = Buffer.from(bytes)
  if (buffer.length < 4 || !buffer.subarray(0, 2).equals(magic)) throw formatError()
  if (buffer[2] !== version)
    throw new SessError('CODEC_UNSUPPORTED', "the session's keys are in an unknown version", { what: 'version' })
  let at = 4
  const take = (length: number): Buffer => {
    if (at + length > buffer.length) throw formatError()
    at += length
    return buffer.subarray(at - length, at)
  }
  const keys: WrappedKey[] = []
  for (let count = buffer[3] ?? 0; count > 0; count--) {
    const epoch = take(4).readUInt32BE()
    const kid = take(take(1).readUInt8()).toString('latin1')
    const commitment = take(commitmentBytes)
    const wrapped = take(take(2).readUInt16BE())
    if (epoch <= (keys.at(-1)?.epoch ?? 0)) throw formatError()
    keys.push({ epoch, kid, commitment, wrapped })
  }
  if (at !== buffer.length) throw formatError()
  return keys
}
