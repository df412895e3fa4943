import { orAbort } from '../abort.ts'
import type { CallOptions } from '../call-options.ts'
import { invalidArgument, isSessError, SessError } from '../errors.ts'
import type { KeyContext, KeyWrapper } from './key-wrapper.ts'
import { LocalKey } from './local-key.ts'
import { keyInvalid } from './raw-key.ts'

/** A wrapping key: 32 random bytes, or a service that keeps it. */
export type WrappingKey = Uint8Array | KeyWrapper

/** The wrapping keys of a ring, and the one that new sessions get. */
export interface KeyRingOptions {
  /** Keys by their names: 1 to 32 letters, digits, dots, underscores and hyphens. */
  readonly keys: Readonly<Record<string, WrappingKey>>
  /** The name of the key that wraps what is new. All unwrap. */
  readonly active: string
  /** How long a key service may take. @default 5_000 */
  readonly timeoutMs?: number | undefined
}

/**
 * The wrapping keys of an application. To rotate: add the new key in every process, make it active, `rewrapKeys`, and `retireKey`
 * the old one.
 */
export class KeyRing {
  readonly #keys = new Map<string, KeyWrapper>()
  readonly #timeoutMs: number
  #active: string

  /** @throws {@link SessError} `CODEC_KEY_INVALID`, `CODEC_KEY_UNKNOWN`. */
  constructor({ keys, active, timeoutMs = 5_000 }: KeyRingOptions) {
    if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > 2_147_483_647)
      throw invalidArgument('timeoutMs', 'must be a whole number of milliseconds from 1 up')
    this.#timeoutMs = timeoutMs
    for (const [kid, key] of Object.entries(keys)) this.add(kid, key)
    this.#active = this.#known(active)
  }

  /** The name of the key that wraps what is new. */
  get active(): string {
    return this.#active
  }

  /** Adds a key that unwraps. @throws {@link SessError} `CODEC_KEY_INVALID`, also if there is one of this name. */
  add(kid: string, key: WrappingKey): void {
    if (typeof kid !== 'string' || !/^[A-Za-z0-9._-]{1,32}$/.test(kid))
      throw keyInvalid('kid', 'must be 1 to 32 letters, digits, dots, underscores and hyphens')
    if (this.#keys.has(kid)) throw keyInvalid('kid', 'is the name of another key already')
    this.#keys.set(kid, isWrapper(key) ? key : new LocalKey(key, `keys.${kid}`))
  }

  /** Makes a key the one that wraps what is new. @throws {@link SessError} `CODEC_KEY_UNKNOWN`. */
  activate(kid: string): void {
    this.#active = this.#known(kid)
  }

  /** Forgets a key. `retireKey` asks first whether a session needs it. @throws {@link SessError} `CODEC_KEY_IN_USE` if it is active. */
  remove(kid: string): void {
    if (kid === this.#active) throw new SessError('CODEC_KEY_IN_USE', 'the key is the active one', { kid, sessions: 0 })
    this.#keys.delete(kid)
  }

  /** `key` wrapped by the active key. @throws {@link SessError} `CODEC_KEYS_UNAVAILABLE`. */
  async wrap(
    key: Uint8Array,
    context: KeyContext,
    options?: CallOptions,
  ): Promise<{ readonly kid: string; readonly wrapped: Uint8Array }> {
    const kid = this.#active
    const wrapped = await this.#ask(kid, options, (wrapper, call) => wrapper.wrap(key, context, call))
    return { kid, wrapped }
  }

  /** @throws {@link SessError} `CODEC_KEYS_UNAVAILABLE`, `CODEC_KEY_UNKNOWN`, `CODEC_AUTH_FAILED`. */
  unwrap(kid: string, wrapped: Uint8Array, context: KeyContext, options?: CallOptions): Promise<Uint8Array> {
    return this.#ask(kid, options, (wrapper, call) => wrapper.unwrap(wrapped, context, call))
  }

  async #ask(
    kid: string,
    options: CallOptions | undefined,
    act: (wrapper: KeyWrapper, call: CallOptions) => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    const wrapper = this.#keys.get(this.#known(kid)) as KeyWrapper
    options?.signal?.throwIfAborted()
    if (wrapper instanceof LocalKey) return await act(wrapper, {})
    const late = AbortSignal.timeout(this.#timeoutMs)
    const signal = options?.signal === undefined ? late : AbortSignal.any([options.signal, late])
    try {
      // The service may not listen to its signal.
      const answer = await orAbort(act(wrapper, { signal }), signal)
      if (!(answer instanceof Uint8Array)) throw new TypeError('the answer is no Uint8Array')
      return answer
    } catch (error) {
      options?.signal?.throwIfAborted()
      if (isSessError(error, 'CODEC_AUTH_FAILED')) throw error
      const problem = 'the key service did not answer in time, or refused'
      throw new SessError('CODEC_KEYS_UNAVAILABLE', problem, { kid }, { cause: error })
    }
  }

  #known(kid: string): string {
    if (this.#keys.has(kid)) return kid
    throw new SessError('CODEC_KEY_UNKNOWN', 'the key is not in the key ring', { kid: `${kid}`.slice(0, 32) })
  }
}

function isWrapper(key: WrappingKey): key is KeyWrapper {
  return typeof key === 'object' && key !== null && 'wrap' in key && 'unwrap' in key
}
