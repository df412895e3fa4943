import { orAbort } from './abort.ts'
import type { CallOptions } from './call-options.ts'
import type { Codec, SessionCodec } from './codec.ts'
import { sessionDataPlace } from './codec-places.ts'
import { isSessError } from './errors.ts'
import type { JsonObject } from './json.ts'
import type { SessionRef } from './store/refs.ts'
import type { SessionKeys } from './store/session-keys.ts'

/** The codec of a session, and the keys it was opened with, null if it needs none. */
export interface NewSessionCodec {
  readonly codec: SessionCodec
  readonly keys: Uint8Array | null
}

interface OpenCodec extends NewSessionCodec {
  /** When the store was last known to have these keys. */
  readonly checkedAt: number
}

/** The codecs of the sessions a store works with: each opened once, kept for a while, opened anew when its keys changed. */
export class SessionCodecs {
  readonly #codec: Codec
  readonly #store: SessionKeys
  /** The least recently used first. */
  readonly #open = new Map<string, OpenCodec>()
  readonly #opening = new Map<string, Promise<SessionCodec>>()

  constructor(codec: Codec, store: SessionKeys) {
    this.#codec = codec
    this.#store = store
  }

  /**
   * Keys and codec for a session that is about to be made. Tell `created` when it was: until then another one may have its id.
   *
   * @throws {@link SessError} what `Codec.createKeys` throws.
   */
  async create({ id, owner }: SessionRef, options?: CallOptions): Promise<NewSessionCodec> {
    const session = { orgId: owner.orgId, sessionId: id }
    const keys = await this.#codec.createKeys(session, options)
    return { keys, codec: await this.#codec.open(session, keys, options) }
  }

  /** Notes that the session was made with these keys. */
  created(session: SessionRef, made: NewSessionCodec): void {
    this.#used(nameOf(session), { ...made, checkedAt: performance.now() })
  }

  /** The session's codec: the open one, or one by the keys the store has. @throws {@link SessError} what `Codec.open` throws. */
  async of(session: SessionRef, options?: CallOptions): Promise<SessionCodec> {
    const name = nameOf(session)
    const found = this.#open.get(name)
    if (found !== undefined && performance.now() - found.checkedAt < this.#codec.cache.ttlMs)
      return this.#used(name, found)
    // All that wait for it wait for one call, which no one of them may abort.
    const opening = this.#opening.get(name) ?? this.#reopen(session).finally(() => this.#opening.delete(name))
    this.#opening.set(name, opening)
    return await orAbort(opening, options?.signal)
  }

  /** The session's codec by the keys that were just read. @throws {@link SessError} what `Codec.open` throws. */
  async by(session: SessionRef, keys: Uint8Array | null): Promise<SessionCodec> {
    const name = nameOf(session)
    const found = this.#open.get(name)
    const checkedAt = performance.now()
    if (found !== undefined && sameBytes(found.keys, keys)) return this.#used(name, { ...found, checkedAt })
    this.#open.delete(name)
    const owned = keys ?? (this.#codec.adoptsSessions ? await this.#adopt(session) : null)
    const codec = await this.#codec.open({ orgId: session.owner.orgId, sessionId: session.id }, owned)
    return this.#used(name, { codec, keys: owned, checkedAt })
  }

  /** Decodes something of the session; again with its newest keys if it needs one that was made since. */
  async read<Value>(
    session: SessionRef,
    options: CallOptions | undefined,
    decode: (codec: SessionCodec) => Value,
  ): Promise<Value> {
    try {
      return decode(await this.of(session, options))
    } catch (error) {
      if (!isSessError(error, 'CODEC_KEY_UNKNOWN')) throw error
      this.forget(session)
      return decode(await this.of(session, options))
    }
  }

  /**
   * The data of a session's record, by the keys that were read with it. Where these were erased the data are empty rather than an error,
   * so that the session can be listed, swept and deleted.
   */
  async readData(session: SessionRef, keys: Uint8Array | null, bytes: Uint8Array): Promise<JsonObject> {
    try {
      const codec = await this.by(session, keys)
      return codec.decode(bytes, sessionDataPlace) as JsonObject
    } catch (error) {
      if (isSessError(error, 'CODEC_SHREDDED')) return noData
      throw error
    }
  }

  /** Closes the session's codec: its keys changed, or it was deleted. */
  forget(session: SessionRef): void {
    this.#open.delete(nameOf(session))
  }

  async #reopen(session: SessionRef): Promise<SessionCodec> {
    return await this.by(session, await this.#store.getKeys(session))
  }

  /** Gives keys to a session that was made before there was a codec. */
  async #adopt(session: SessionRef): Promise<Uint8Array | null> {
    const keys = await this.#codec.createKeys({ orgId: session.owner.orgId, sessionId: session.id })
    if (keys === null || (await this.#store.replaceKeys(session, null, keys))) return keys
    return await this.#store.getKeys(session)
  }

  /** Puts it behind those that were not used for longer, and lets go of the first of them if they are too many or too old. */
  #used(name: string, open: OpenCodec): SessionCodec {
    const { maxSessions, ttlMs } = this.#codec.cache
    this.#open.delete(name)
    this.#open.set(name, open)
    for (const [oldest, { checkedAt }] of this.#open) {
      if (this.#open.size <= Math.max(1, maxSessions) && performance.now() - checkedAt < ttlMs) break
      if (oldest === name) break
      this.#open.delete(oldest)
    }
    return open.codec
  }
}

const noData: JsonObject = Object.freeze({})

function nameOf({ id, owner }: SessionRef): string {
  return `${id.length}:${id}${owner.orgId}`
}

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
