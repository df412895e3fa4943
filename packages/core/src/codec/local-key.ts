import type { KeyObject } from 'node:crypto'
import { seal, unseal } from './aes-gcm.ts'
import type { KeyContext, KeyWrapper } from './key-wrapper.ts'
import { tupleBytes } from './place-bytes.ts'
import { rawKey, subkey } from './raw-key.ts'

/** A wrapping key in the memory of this process. */
export class LocalKey implements KeyWrapper {
  readonly #key: KeyObject

  /** @throws {@link SessError} `CODEC_KEY_INVALID`. */
  constructor(key: Uint8Array, field: string) {
    this.#key = subkey(rawKey(key, field), tupleBytes(['sess/1', 'wrap']))
  }

  async wrap(key: Uint8Array, context: KeyContext): Promise<Uint8Array> {
    return seal(this.#key, noHead, contextBytes(context), key)
  }

  async unwrap(wrapped: Uint8Array, context: KeyContext): Promise<Uint8Array> {
    return unseal(this.#key, 0, contextBytes(context), wrapped)
  }
}

const noHead = new Uint8Array()

function contextBytes({ orgId, sessionId, epoch }: KeyContext): Buffer {
  return tupleBytes(['data key', orgId, sessionId, `${epoch}`])
}
