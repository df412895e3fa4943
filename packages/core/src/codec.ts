import type { CallOptions } from './call-options.ts'
import type { JsonValue } from './json.ts'

/** The session whose values are encoded. Its user is no part of it: a session may pass to another one. */
export interface CodecSession {
  readonly orgId: string
  readonly sessionId: string
}

/** Where in its session a value belongs. An encrypting codec binds it, so that a value moved elsewhere does not decode. */
export interface CodecPlace {
  readonly chatId: string | null
  /** A message id or a context key; '' for the record of the session or the chat itself. */
  readonly recordId: string
  readonly field: 'session' | 'chat' | 'message' | 'context'
}

/** Encodes the values of one session. What had to be fetched for it was fetched when it was opened, so nothing waits. */
export interface SessionCodec {
  /** @throws {@link SessError} `CODEC_TOO_LARGE`, `CODEC_FORMAT` if it is nested too deep to be read again. */
  encode(value: JsonValue, place: CodecPlace): Uint8Array

  /**
   * The value, frozen.
   *
   * @throws {@link SessError} a `CODEC_…` if the bytes were damaged, belong to another place or were not encoded by such a
   * codec. It never answers anything else instead.
   */
  decode(bytes: Uint8Array, place: CodecPlace): JsonValue

  /** 16 bytes that are the same for the same text at the same place, and say nothing of it to whoever has no keys. */
  digest(text: string, place: CodecPlace): Uint8Array
}

/**
 * Turns values into the bytes that a store keeps, and back. A store opens it once for a session, with what it keeps of
 * that session's keys, and goes on with it for a while; see {@link SessionCodecs}.
 */
export interface Codec {
  /** How many sessions' codecs a store keeps open, and for how long: so late at most it notices that keys were erased. */
  readonly cache: { readonly maxSessions: number; readonly ttlMs: number }
  /** Whether a session that has no keys is given some, rather than refused. */
  readonly adoptsSessions: boolean

  /**
   * Makes the keys of a session: bytes that the store keeps with its record and that go when it goes. Null if it needs none.
   *
   * @throws {@link SessError} `CODEC_KEYS_UNAVAILABLE`.
   */
  createKeys(session: CodecSession, options?: CallOptions): Promise<Uint8Array | null>

  /**
   * @throws {@link SessError} `CODEC_KEYS_UNAVAILABLE`, `CODEC_KEY_UNKNOWN`, `CODEC_AUTH_FAILED`, `CODEC_FORMAT`.
   * @throws {@link SessError} `CODEC_SHREDDED` if the keys were erased.
   * @throws {@link SessError} `CODEC_PLAINTEXT_REFUSED` if the session has no keys and should.
   */
  open(session: CodecSession, keys: Uint8Array | null, options?: CallOptions): Promise<SessionCodec>
}
