import type { CallOptions } from '../call-options.ts'
import type { Codec, CodecSession, SessionCodec } from '../codec.ts'
import { invalidArgument } from '../errors.ts'
import { type DataKey, newDataKey, openDataKey } from './data-key.ts'
import { EncryptedSession, type EnvelopeRules } from './encrypted-session.ts'
import type { KeyRing } from './key-ring.ts'
import { decodeKeys, encodeKeys, keysMissing, shredded } from './key-slot.ts'
import type { PlainCodec } from './plain-codec.ts'

/** How encryption is used, and how long keys are kept open. */
export interface EncryptedOptions {
  /**
   * Reads plain text too, counts it, and gives keys to sessions that have none: for data that were there before. Whoever can write to the
   * store can put plain text into it then, so switch it off when `plaintexts` stays 0.
   *
   * @default false
   */
  readonly migrate?: boolean | undefined
  /** Sessions whose keys each store keeps open. @default 10_000 */
  readonly cacheSessions?: number | undefined
  /** How long keys are used before it is looked whether they were erased or rotated. @default 300_000 */
  readonly cacheTtlMs?: number | undefined
  /** Bytes at most of a value. @default 16_777_216 */
  readonly maxBytes?: number | undefined
  /**
   * Values at most that a process encrypts by a data key it has opened; then writing is `CODEC_KEY_EXHAUSTED` until the session has
   * another. Random nonces are safe up to 2³² values of a key (NIST SP 800-38D): the default leaves room for 16 processes.
   *
   * @default 268_435_456, which is the most
   */
  readonly maxValuesPerKey?: number | undefined
}

/** A codec that encrypts, with the ring whose keys it goes by. */
export interface EncryptedCodec extends Codec {
  readonly ring: KeyRing
  /** Values that were plain text and were read because of `migrate`. */
  readonly plaintexts: number
}

const mostValues = 2 ** 28

/**
 * Encrypts what `codec` encodes: AES-256-GCM with a random data key for each session, which is kept with the session, wrapped by a key
 * of the ring. A value decodes at its place only: in its organisation, session, chat, record and field.
 */
export function encrypted(codec: PlainCodec, ring: KeyRing, options: EncryptedOptions = {}): EncryptedCodec {
  return new RingCodec(codec, ring, options)
}

class RingCodec implements EncryptedCodec {
  readonly ring: KeyRing
  readonly cache: Codec['cache']
  readonly adoptsSessions: boolean
  readonly #inner: PlainCodec
  readonly #rules: EnvelopeRules
  #plaintexts = 0

  constructor(inner: PlainCodec, ring: KeyRing, options: EncryptedOptions) {
    const { migrate = false, cacheSessions = 10_000, cacheTtlMs = 300_000, maxBytes = 16_777_216 } = options
    const { maxValuesPerKey = mostValues } = options
    if (typeof migrate !== 'boolean') throw invalidArgument('migrate', 'must be true or false')
    for (const [field, value] of Object.entries({ cacheSessions, cacheTtlMs, maxBytes }))
      if (!Number.isSafeInteger(value) || value < 1) throw invalidArgument(field, 'must be a whole number from 1 up')
    if (!Number.isSafeInteger(maxValuesPerKey) || maxValuesPerKey < 1 || maxValuesPerKey > mostValues)
      throw invalidArgument('maxValuesPerKey', `must be a whole number from 1 to ${mostValues}`)
    this.ring = ring
    this.cache = Object.freeze({ maxSessions: cacheSessions, ttlMs: cacheTtlMs })
    this.adoptsSessions = migrate
    this.#inner = inner
    this.#rules = { maxBytes, maxValues: maxValuesPerKey, onPlaintext: migrate ? () => this.#plaintexts++ : null }
  }

  get plaintexts(): number {
    return this.#plaintexts
  }

  async createKeys(session: CodecSession, options?: CallOptions): Promise<Uint8Array> {
    return encodeKeys([await newDataKey(this.ring, session, 1, options)])
  }

  async open(session: CodecSession, keys: Uint8Array | null, options?: CallOptions): Promise<SessionCodec> {
    if (keys === null) throw keysMissing()
    const opened = decodeKeys(keys).map((key) => openDataKey(this.ring, session, key, options))
    const [first, ...others] = await Promise.all(opened)
    if (first === undefined) throw shredded(session.sessionId)
    const dataKeys: readonly [DataKey, ...DataKey[]] = [first, ...others]
    return new EncryptedSession(this.#inner, session, dataKeys, this.#rules)
  }
}
