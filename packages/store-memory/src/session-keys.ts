import {
  type Codec,
  isSessError,
  type NewStoredSession,
  type Page,
  type PageOptions,
  pageLimit,
  type SessionCodec,
  type SessionRef,
  type StoredKeys,
  sameOwner,
  sealCursor,
  sessionNotFound,
} from '@sess/core'
import type { SessionEntry } from './entries.ts'
import { openPosition } from './list-position.ts'
import type { MemoryState } from './memory-state.ts'

/** What encodes a session, and the keys it was opened with. */
export interface OpenedKeys {
  readonly codec: SessionCodec | null
  readonly keys: Uint8Array | null
}

export const noKeys: OpenedKeys = Object.freeze({ codec: null, keys: null })

/** Keys for a session that is about to be made. */
export async function newKeys(codec: Codec, { id, owner }: NewStoredSession): Promise<OpenedKeys> {
  const session = { orgId: owner.orgId, sessionId: id }
  const keys = await codec.createKeys(session)
  return { keys, codec: await codec.open(session, keys) }
}

/** The session, in whatever state it is. @throws {@link SessError} `SESSION_NOT_FOUND`. */
export function keyedSession(state: MemoryState, ref: SessionRef): SessionEntry {
  const entry = state.sessions.get(ref.id)
  if (entry === undefined || !sameOwner(entry.user.owner, ref.owner)) throw sessionNotFound(ref.id)
  return entry
}

/** Puts keys in the place of others. The codec that these open is the session's from then on. */
export async function replaceKeys(
  state: MemoryState,
  codec: Codec,
  ref: SessionRef,
  expected: Uint8Array | null,
  keys: Uint8Array,
): Promise<boolean> {
  const opened = await openedOrErased(codec, ref, keys)
  const entry = keyedSession(state, ref)
  if (isSame(entry.keys, keys)) return true
  if (!isSame(entry.keys, expected)) return false
  entry.keys = Uint8Array.from(keys)
  entry.codec = opened
  return true
}

export function listKeys(state: MemoryState, options: PageOptions | undefined): Page<StoredKeys> {
  const limit = pageLimit(options?.limit)
  const position = openPosition('listKeys', options?.cursor)
  const items: StoredKeys[] = []
  for (const { id, user, keys } of state.keyed.ascending(position)) {
    const last = items.at(-1)
    if (items.length === limit && last !== undefined)
      return { items, nextCursor: sealCursor('listKeys', [0, last.session.id]) }
    if (keys !== null) items.push({ session: { id, owner: user.owner }, keys: Uint8Array.from(keys) })
  }
  return { items, nextCursor: null }
}

/** Erased keys are no reason to refuse them: what they encrypted cannot be read, and says so. */
async function openedOrErased(codec: Codec, { id, owner }: SessionRef, keys: Uint8Array): Promise<SessionCodec> {
  try {
    return await codec.open({ orgId: owner.orgId, sessionId: id }, keys)
  } catch (error) {
    if (!isSessError(error, 'CODEC_SHREDDED')) throw error
    const refuse = (): never => {
      throw error
    }
    return { encode: refuse, decode: refuse, digest: refuse }
  }
}

function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
