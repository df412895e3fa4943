import { createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'
import type { CallOptions } from '../call-options.ts'
import type { CodecSession } from '../codec.ts'
import { codecAuthFailed } from '../refusal.ts'
import type { KeyRing } from './key-ring.ts'
import { commitmentBytes, type WrappedKey } from './key-slot.ts'
import { tupleBytes } from './place-bytes.ts'
import { keyBytes, subkey } from './raw-key.ts'

/** Bytes of the commitment by which values name their key. */
export const keyIdBytes = 8

/** A data key that was unwrapped. */
export class DataKey {
  readonly epoch: number
  readonly id: Buffer
  readonly #key: KeyObject
  readonly #session: CodecSession
  readonly #subkeys = new Map<string, KeyObject>()

  constructor(epoch: number, commitment: Uint8Array, key: KeyObject, session: CodecSession) {
    this.epoch = epoch
    this.id = Buffer.from(commitment.subarray(0, keyIdBytes))
    this.#key = key
    this.#session = session
  }

  /** The key for one purpose, which nothing else is encrypted with. */
  for(purpose: string): KeyObject {
    const known = this.#subkeys.get(purpose)
    if (known !== undefined) return known
    const { orgId, sessionId } = this.#session
    const made = subkey(this.#key, tupleBytes(['sess/1', purpose, orgId, sessionId, `${this.epoch}`]))
    this.#subkeys.set(purpose, made)
    return made
  }
}

/** A new random data key, wrapped by the active key. */
export async function newDataKey(
  ring: KeyRing,
  session: CodecSession,
  epoch: number,
  options?: CallOptions,
): Promise<WrappedKey> {
  const raw = randomBytes(keyBytes)
  try {
    const commitment = commitmentOf(createSecretKey(raw), session, epoch)
    return { epoch, commitment, ...(await ring.wrap(raw, { ...session, epoch }, options)) }
  } finally {
    raw.fill(0)
  }
}

/** @throws {@link SessError} what `KeyRing.unwrap` throws; `CODEC_AUTH_FAILED` if it is another key than was wrapped. */
export async function openDataKey(
  ring: KeyRing,
  session: CodecSession,
  wrapped: WrappedKey,
  options?: CallOptions,
): Promise<DataKey> {
  const { epoch, commitment } = wrapped
  const raw = await unwrapped(ring, session, wrapped, options)
  const key = createSecretKey(raw)
  raw.fill(0)
  return new DataKey(epoch, commitment, key, session)
}

/** The same data key, wrapped by the active key. */
export async function rewrapped(
  ring: KeyRing,
  session: CodecSession,
  wrapped: WrappedKey,
  options?: CallOptions,
): Promise<WrappedKey> {
  const raw = await unwrapped(ring, session, wrapped, options)
  try {
    return { ...wrapped, ...(await ring.wrap(raw, { ...session, epoch: wrapped.epoch }, options)) }
  } finally {
    raw.fill(0)
  }
}

async function unwrapped(
  ring: KeyRing,
  session: CodecSession,
  { kid, epoch, commitment, wrapped }: WrappedKey,
  options: CallOptions | undefined,
): Promise<Uint8Array> {
  const raw = Uint8Array.from(await ring.unwrap(kid, wrapped, { ...session, epoch }, options))
  if (raw.length !== keyBytes) throw codecAuthFailed()
  if (!timingSafeEqual(commitmentOf(createSecretKey(raw), session, epoch), commitment)) throw codecAuthFailed()
  return raw
}

function commitmentOf(key: KeyObject, { orgId, sessionId }: CodecSession, epoch: number): Uint8Array {
  const context = tupleBytes(['sess/1', 'commit', orgId, sessionId, `${epoch}`])
  return createHmac('sha256', key).update(context).digest().subarray(0, commitmentBytes)
}
