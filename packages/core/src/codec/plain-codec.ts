import { createHash } from 'node:crypto'
import type { Codec, CodecPlace, SessionCodec } from '../codec.ts'
import type { JsonValue } from '../json.ts'
import { placeBytes } from './place-bytes.ts'

/** A codec without keys: the same for every session. */
export interface PlainCodec extends Codec, SessionCodec {
  encode(value: JsonValue): Uint8Array
  decode(bytes: Uint8Array): JsonValue
}

/** @throws {@link SessError} what the two functions throw. */
export function plainCodec(
  encode: (value: JsonValue) => Uint8Array,
  decode: (bytes: Uint8Array) => JsonValue,
): PlainCodec {
  const codec: PlainCodec = {
    encode,
    decode,
    digest: plainDigest,
    cache: { maxSessions: 0, ttlMs: 0 },
    adoptsSessions: false,
    createKeys: async () => null,
    open: async () => codec,
  }
  return Object.freeze(codec)
}

function plainDigest(text: string, place: CodecPlace): Uint8Array {
  return createHash('sha256').update(placeBytes(place)).update(text).digest().subarray(0, 16)
}
