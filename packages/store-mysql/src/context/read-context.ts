import { contextPlace, type JsonValue, type SessionRef, sessionExpired, sessionNotFound } from '@sess/core'
import type { Call } from '../connection/call.ts'
import { idBytes, ownerBytes } from '../sql/bytes.ts'
import { decodePayload } from '../sql/payload.ts'
import { noChat, statementNow } from '../sql/sql-builder.ts'
import type { StoreParts } from '../store-parts.ts'

export async function getContext(
  parts: StoreParts,
  call: Call,
  ref: SessionRef,
  key: string,
): Promise<JsonValue | undefined> {
  const entries = await readContext(parts, call, ref, key)
  return entries[0]?.[1]
}

export async function listContext(
  parts: StoreParts,
  call: Call,
  ref: SessionRef,
): Promise<readonly (readonly [string, JsonValue])[]> {
  const entries = await readContext(parts, call, ref, null)
  return entries.sort(([a], [b]) => (a < b ? -1 : 1))
}

/** In one statement with the row of the session: a session without entries is one row without a name. */
async function readContext(
  { builder, codecs, database }: StoreParts,
  call: Call,
  ref: SessionRef,
  key: string | null,
): Promise<(readonly [string, JsonValue])[]> {
  const { db, named } = builder
  const id = idBytes(ref.id)
  if (id === null) throw sessionNotFound(ref.id)
  const rows = await database.read(call, (reader) =>
    reader.rows(
      db
        .selectFrom(named('head as h'))
        .leftJoin(named('context as x'), (join) => {
          const ofSession = join.onRef('x.session_id', '=', 'h.session_id')
          return key === null ? ofSession : ofSession.on('x.name', '=', Buffer.from(key))
        })
        .select(['h.owner', 'h.expires_at', statementNow.as('now'), 'x.name', 'x.value'])
        .where('h.session_id', '=', id)
        .where('h.chat_id', '=', noChat),
    ),
  )
  const [row] = rows
  if (row === undefined || !row.owner.equals(ownerBytes(ref.owner))) throw sessionNotFound(ref.id)
  if (Number(row.now) >= Number(row.expires_at)) throw sessionExpired(ref.id)
  const found = rows.flatMap(({ name, value }) =>
    name === null || value === null ? [] : [[name.toString('utf8'), value] as const],
  )
  if (codecs === null) return found.map(([name, value]) => [name, decodePayload(value)] as const)
  return await codecs.read(ref, call, (codec) =>
    found.map(([name, value]) => [name, codec.decode(value, contextPlace(name))] as const),
  )
}
