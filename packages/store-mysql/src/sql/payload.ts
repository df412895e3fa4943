import { type JsonObject, type JsonValue, SessError } from '@sess/core'

/**
 * A payload that a codec encoded, with the keys of its session. Inside of the store it goes where a value would go: nothing there looks
 * into values.
 */
export class SealedPayload {
  readonly bytes: Buffer
  readonly keys: Buffer | null

  constructor(bytes: Uint8Array, keys: Uint8Array | null) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.keys = keys === null ? null : Buffer.from(keys)
  }

  /** Where the type says a value of JSON. */
  get asData(): JsonObject {
    return this as unknown as JsonObject
  }
}

/** The sealed payload that stands in the place of a value, if there is one. */
export function sealedIn(value: JsonValue): SealedPayload | null {
  const there: unknown = value
  return there instanceof SealedPayload ? there : null
}

/** A payload as it is kept: UTF-8 JSON, or what a codec made of it. */
export function encodePayload(value: JsonValue): string | Buffer {
  return sealedIn(value)?.bytes ?? JSON.stringify(value)
}

/** The payload, frozen. @throws {@link SessError} `CODEC_MISSING` if a codec encoded it. */
export function decodePayload(bytes: Buffer): JsonValue {
  if (isEncoded(bytes)) throw codecMissing()
  return frozen(JSON.parse(bytes.toString('utf8')))
}

/** The data of a record, frozen; or as they are kept, if a codec encoded them. */
export function decodeData(bytes: Buffer, keys: Buffer | null): JsonObject {
  if (keys !== null || isEncoded(bytes)) return new SealedPayload(bytes, keys).asData
  return decodePayload(bytes) as JsonObject
}

export function codecMissing(): SessError<'CODEC_MISSING'> {
  return new SessError('CODEC_MISSING', 'a value was encoded by a codec, and the store was given none', {})
}

/** What a codec makes of JSON begins with a byte that no text begins with. */
export function isEncoded(bytes: Buffer): boolean {
  return (bytes[0] ?? 0) >= 0x80
}

/** Freezes what was just parsed: nobody else has it, so it needs no copy. */
function frozen(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  for (const item of Object.values(value)) frozen(item)
  return Object.freeze(value)
}

/** Data with the keys of those that they replace: keys stay with the session. */
export function keptWith(data: JsonObject, before: JsonObject): JsonObject {
  const [sealed, there] = [sealedIn(data), sealedIn(before)]
  if (sealed === null || there === null || sealed === there) return data
  return new SealedPayload(sealed.bytes, there.keys).asData
}
