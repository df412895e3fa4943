import {
  openCursor,
  type Page,
  type PageOptions,
  pageLimit,
  SessError,
  type SessionKeys,
  type SessionRef,
  type StoredKeys,
  sealCursor,
  sessionNotFound,
} from '@sess/core'
import { type Call, newCall } from '../connection/call.ts'
import { idBytes, idText } from '../sql/bytes.ts'
import { sealedIn } from '../sql/payload.ts'
import { noChat } from '../sql/sql-builder.ts'
import type { StoreParts } from '../store-parts.ts'
import { lockAnySession, readSession } from './lookup.ts'
import type { SessionState } from './session-state.ts'

/** The keys of the sessions' codecs. Past the doors of the store: what is under way is finished although it is being closed. */
export function sessionKeys(parts: () => StoreParts, timeoutMs: number): SessionKeys {
  return {
    getKeys: (session, options) => getKeys(parts(), newCall(options, timeoutMs), session),
    replaceKeys: (session, expected, keys, options) =>
      replaceKeys(parts(), newCall(options, timeoutMs), session, expected, keys),
    listKeys: (options) => listKeys(parts(), newCall(options, timeoutMs), options),
  }
}

/** The keys of a session's codec, in whatever state the session is. */
export async function getKeys(parts: StoreParts, call: Call, ref: SessionRef): Promise<Buffer | null> {
  const session = await parts.database.read(call, (reader) => readSession(parts, reader, ref))
  if (session === null) throw sessionNotFound(ref.id)
  return keysIn(session)
}

/** Puts keys in the place of others. */
export async function replaceKeys(
  parts: StoreParts,
  call: Call,
  ref: SessionRef,
  expected: Uint8Array | null,
  keys: Uint8Array,
): Promise<boolean> {
  const next = Buffer.from(keys)
  return await parts.database.write(call, async (transaction) => {
    const session = await lockAnySession(parts, transaction, ref)
    if (session === null) throw sessionNotFound(ref.id)
    const there = keysIn(session)
    if (there?.equals(next)) return true
    if (there === null || expected === null ? there !== expected : !there.equals(expected)) return false
    await transaction.run(parts.rows.update('session', { id: session.key }, { codec_keys: next }))
    parts.codecs?.forget(ref)
    return true
  })
}

export async function listKeys(
  { builder, database }: StoreParts,
  call: Call,
  options: PageOptions | undefined,
): Promise<Page<StoredKeys>> {
  const limit = pageLimit(options?.limit)
  const after = openPosition(options?.cursor)
  const { db, named } = builder
  const rows = await database.read(call, (reader) =>
    reader.rows(
      db
        .selectFrom(named('session'))
        .select(['id', 'org_id', 'user_id', 'codec_keys'])
        .where('id', '>', after)
        .where('codec_keys', 'is not', null)
        .orderBy('id')
        .limit(limit + 1),
    ),
  )
  const items = rows.slice(0, limit).map(({ id, org_id, user_id, codec_keys }) => ({
    session: { id: idText(id), owner: { orgId: org_id.toString('utf8'), userId: user_id.toString('utf8') } },
    keys: codec_keys ?? Buffer.alloc(0),
  }))
  const last = items.at(-1)
  const nextCursor = rows.length > limit && last !== undefined ? sealCursor('listKeys', [last.session.id]) : null
  return { items, nextCursor }
}

function keysIn({ data }: SessionState): Buffer | null {
  return sealedIn(data)?.keys ?? null
}

function openPosition(cursor: string | undefined): Buffer {
  if (cursor === undefined) return noChat
  const [id] = openCursor('listKeys', cursor)
  const bytes = typeof id === 'string' ? idBytes(id) : null
  if (bytes !== null) return bytes
  throw new SessError('CURSOR_INVALID', 'cursor was not made by this list', { field: 'cursor' })
}
