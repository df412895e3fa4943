import { allItems } from '../all-items.ts'
import type { CallOptions } from '../call-options.ts'
import type { CodecSession } from '../codec.ts'
import { isSessError, SessError } from '../errors.ts'
import type { SessionRef } from '../store/refs.ts'
import type { SessionKeys } from '../store/session-keys.ts'
import { newDataKey, rewrapped } from './data-key.ts'
import type { KeyRing } from './key-ring.ts'
import { decodeKeys, encodeKeys, keysMissing, shredded, type WrappedKey } from './key-slot.ts'

/** How a run over all sessions goes about it. */
export interface RewrapOptions extends CallOptions {
  /** Sessions looked at in one step. @default 200 */
  readonly batchSize?: number | undefined
  /** Where to go on: the `cursor` of the last `onBatch`. @default the beginning */
  readonly cursor?: string | undefined
  /** Told after each step, so that it can be gone on with there after a crash. */
  readonly onBatch?: ((progress: RewrapProgress) => void | Promise<void>) | undefined
}

/** How far a run over all sessions got. */
export interface RewrapProgress {
  /** Sessions looked at. */
  readonly seen: number
  /** Sessions whose keys were wrapped anew. */
  readonly rewrapped: number
  /** Null after the last step. */
  readonly cursor: string | null
}

/**
 * Wraps the data keys of all sessions by the ring's active key. What the keys encrypt is not touched, and can be read and written
 * meanwhile. Can be stopped at any point and begun again; several may run at once.
 *
 * @throws {@link SessError} `CODEC_KEYS_UNAVAILABLE`, `CODEC_KEY_UNKNOWN`, `CODEC_AUTH_FAILED`. What was done until then stays.
 */
export async function rewrapKeys(
  store: SessionKeys,
  ring: KeyRing,
  options: RewrapOptions = {},
): Promise<RewrapProgress> {
  const { batchSize: limit = 200, onBatch, signal } = options
  let { cursor } = options
  let progress: RewrapProgress = { seen: 0, rewrapped: 0, cursor: null }
  do {
    const page = await store.listKeys({ limit, cursor, signal })
    const changed = await Promise.all(
      page.items.map(({ session, keys }) => rewrapSession(store, ring, session, keys, { signal })),
    )
    progress = {
      seen: progress.seen + page.items.length,
      rewrapped: progress.rewrapped + changed.filter(Boolean).length,
      cursor: page.nextCursor,
    }
    await onBatch?.(progress)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return progress
}

/**
 * Gives a session a new data key for what is written from now on; older values stay readable. Whoever has the keys open goes on with
 * the one before until its cache looks again.
 *
 * @returns the epoch of the new key, which is kept before anything is encrypted with it.
 * @throws {@link SessError} `SESSION_NOT_FOUND`, `CODEC_SHREDDED`, `CODEC_PLAINTEXT_REFUSED` if it has no keys,
 * `CODEC_KEYS_UNAVAILABLE`. Nothing was changed.
 */
export async function rotateDataKey(
  store: SessionKeys,
  ring: KeyRing,
  session: SessionRef,
  options: CallOptions = {},
): Promise<number> {
  for (;;) {
    const keys = await store.getKeys(session, options)
    if (keys === null) throw keysMissing()
    const wrapped = decodeKeys(keys)
    const last = wrapped.at(-1)
    if (last === undefined) throw shredded(session.id)
    const next = await newDataKey(ring, codecSession(session), last.epoch + 1, options)
    if (await store.replaceKeys(session, keys, encodeKeys([...wrapped, next]), options)) return next.epoch
  }
}

/** How many sessions have a key that `kid` wraps. Looks at every session. */
export async function keyUsage(store: SessionKeys, kid: string, options: CallOptions = {}): Promise<number> {
  let sessions = 0
  for await (const { keys } of allItems((page) => store.listKeys(page), options))
    if (decodeKeys(keys).some((key) => key.kid === kid)) sessions++
  return sessions
}

/**
 * Removes a wrapping key from the ring, once nothing needs it. It must be active in no process any more. Then destroy it: copies of
 * the store that were made before can be read no longer.
 *
 * @throws {@link SessError} `CODEC_KEY_IN_USE` if it is the active key, or a session has a key that it wraps. Nothing was changed.
 */
export async function retireKey(
  store: SessionKeys,
  ring: KeyRing,
  kid: string,
  options: CallOptions = {},
): Promise<void> {
  if (kid === ring.active) ring.remove(kid)
  const sessions = await keyUsage(store, kid, options)
  if (sessions > 0)
    throw new SessError('CODEC_KEY_IN_USE', `${sessions} sessions have a key that it wraps`, { kid, sessions })
  ring.remove(kid)
}

/**
 * Erases the keys of a session: nobody can read its content again, in no copy that has not the keys either. Other processes may
 * go on with what they have open until their cache looks again. What is left is for the sweep or `deleteSession`.
 *
 * @returns whether there was something to erase.
 */
export async function shredSession(
  store: SessionKeys,
  session: SessionRef,
  options: CallOptions = {},
): Promise<boolean> {
  const erased = encodeKeys([])
  try {
    for (;;) {
      const keys = await store.getKeys(session, options)
      if (keys === null || Buffer.compare(keys, erased) === 0) return false
      if (await store.replaceKeys(session, keys, erased, options)) return true
    }
  } catch (error) {
    if (isSessError(error, 'SESSION_NOT_FOUND')) return false
    throw error
  }
}

/** Whether the keys were changed; they are read again if somebody else was faster. */
async function rewrapSession(
  store: SessionKeys,
  ring: KeyRing,
  session: SessionRef,
  found: Uint8Array,
  options: CallOptions,
): Promise<boolean> {
  try {
    for (let keys: Uint8Array | null = found; keys !== null; keys = await store.getKeys(session, options)) {
      const wrapped = decodeKeys(keys)
      if (wrapped.every(({ kid }) => kid === ring.active)) return false
      const next = await Promise.all(wrapped.map((key) => inActive(ring, session, key, options)))
      if (await store.replaceKeys(session, keys, encodeKeys(next), options)) return true
    }
    return false
  } catch (error) {
    // It was deleted meanwhile.
    if (isSessError(error, 'SESSION_NOT_FOUND')) return false
    throw error
  }
}

async function inActive(
  ring: KeyRing,
  session: SessionRef,
  key: WrappedKey,
  options: CallOptions,
): Promise<WrappedKey> {
  return key.kid === ring.active ? key : await rewrapped(ring, codecSession(session), key, options)
}

function codecSession({ id, owner }: SessionRef): CodecSession {
  return { orgId: owner.orgId, sessionId: id }
}
