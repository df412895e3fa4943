import { createHmac } from 'node:crypto'
import type { CodecPlace, CodecSession, SessionCodec } from '../codec.ts'
import { SessError } from '../errors.ts'
import type { JsonValue } from '../json.ts'
import { nonceBytes, seal, tagBytes, unseal } from './aes-gcm.ts'
import { type DataKey, keyIdBytes } from './data-key.ts'
import { formatError } from './decoded-json.ts'
import { placeBytes, sessionBytes } from './place-bytes.ts'
import type { PlainCodec } from './plain-codec.ts'

/** How much a key may encrypt, and what is done with plain text. */
export interface EnvelopeRules {
  readonly maxBytes: number
  /** Values that one key encrypts at most. */
  readonly maxValues: number
  /** Called for each value that is plain text. Null refuses them. */
  readonly onPlaintext: (() => void) | null
}

/** An envelope begins with a byte that no UTF-8 text begins with. */
const magic = Buffer.of(0x9e, 0x53)
const version = 1
const aes256gcm = 1
const headBytes = 4 + keyIdBytes + 4

/**
 * Encrypts the values of one session. An envelope is magic (2 bytes), version, algorithm, key id (8), epoch (4), nonce (12), ciphertext,
 * tag (16): 44 bytes more than what it holds. All before the nonce is authenticated, and so is the place of the value.
 */
export class EncryptedSession implements SessionCodec {
  readonly #inner: PlainCodec
  readonly #keys: readonly DataKey[]
  readonly #newest: DataKey
  readonly #oldest: DataKey
  readonly #head: Buffer
  readonly #session: Buffer
  readonly #rules: EnvelopeRules
  #encrypted = 0

  constructor(inner: PlainCodec, session: CodecSession, keys: readonly [DataKey, ...DataKey[]], rules: EnvelopeRules) {
    this.#inner = inner
    this.#keys = keys
    this.#oldest = keys[0]
    this.#newest = keys.at(-1) ?? keys[0]
    this.#head = headOf(this.#newest)
    this.#session = sessionBytes(session)
    this.#rules = rules
  }

  encode(value: JsonValue, place: CodecPlace): Uint8Array {
    const plain = this.#inner.encode(value)
    const { maxBytes, maxValues } = this.#rules
    if (plain.length > maxBytes)
      throw new SessError('CODEC_TOO_LARGE', `at most ${maxBytes} bytes are allowed`, { maxBytes })
    if (this.#encrypted >= maxValues) throw exhausted(maxValues)
    this.#encrypted++
    return seal(this.#newest.for(place.field), this.#head, this.#placeOf(place), plain)
  }

  decode(bytes: Uint8Array, place: CodecPlace): JsonValue {
    if (bytes[0] !== magic[0] || bytes[1] !== magic[1]) return this.#plaintext(bytes)
    if (bytes.length < headBytes + nonceBytes + tagBytes) throw formatError()
    if (bytes[2] !== version)
      throw new SessError('CODEC_UNSUPPORTED', 'the value is in an unknown version of the format', { what: 'version' })
    if (bytes[3] !== aes256gcm)
      throw new SessError('CODEC_UNSUPPORTED', 'the value is encrypted by an unknown algorithm', { what: 'algorithm' })
    const key = this.#keyOf(bytes)
    return this.#inner.decode(unseal(key.for(place.field), headBytes, this.#placeOf(place), bytes))
  }

  /** By the first key, which stays: a repeat is known as one after the session got another key. */
  digest(text: string, place: CodecPlace): Uint8Array {
    const key = this.#oldest.for('digest')
    return createHmac('sha256', key).update(this.#placeOf(place)).update(text).digest().subarray(0, 16)
  }

  #placeOf(place: CodecPlace): Buffer {
    return Buffer.concat([this.#session, placeBytes(place)])
  }

  #keyOf(bytes: Uint8Array): DataKey {
    const id = Buffer.from(bytes.subarray(4, 4 + keyIdBytes))
    const epoch = Buffer.from(bytes.subarray(4 + keyIdBytes, headBytes)).readUInt32BE()
    const key = this.#keys.find((one) => one.epoch === epoch && one.id.equals(id))
    if (key !== undefined) return key
    const kid = id.toString('hex')
    throw new SessError('CODEC_KEY_UNKNOWN', "the key of the value is not among the session's", { kid })
  }

  #plaintext(bytes: Uint8Array): JsonValue {
    const { onPlaintext } = this.#rules
    if (onPlaintext === null) throw plaintextRefused()
    const value = this.#inner.decode(bytes)
    onPlaintext()
    return value
  }
}

function exhausted(maxValues: number): SessError<'CODEC_KEY_EXHAUSTED'> {
  return new SessError('CODEC_KEY_EXHAUSTED', "the session's key has encrypted as many values as one may", {
    maxValues,
  })
}

function plaintextRefused(): SessError<'CODEC_PLAINTEXT_REFUSED'> {
  return new SessError('CODEC_PLAINTEXT_REFUSED', 'there is plain text where encrypted values have to be', {})
}

function headOf({ id, epoch }: DataKey): Buffer {
  const number = Buffer.alloc(4)
  number.writeUInt32BE(epoch)
  return Buffer.concat([magic, Buffer.of(version, aes256gcm), id, number])
}
