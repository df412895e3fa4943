import {
  openCursor,
  type Page,
  type PageOptions,
  pageLimit,
  SessError,
  type SessionRef,
  type StoredChat,
  sealCursor,
  sessionNotFound,
} from '@sess/core'
import type { Call } from '../connection/call.ts'
import { readSession, unexpired } from '../sessions/lookup.ts'
import { idBytes } from '../sql/bytes.ts'
import { noChat } from '../sql/sql-builder.ts'
import type { StoreParts } from '../store-parts.ts'
import { chatRecord, chatState } from './chat-state.ts'

export async function listChats(
  parts: StoreParts,
  call: Call,
  ref: SessionRef,
  options: PageOptions | undefined,
): Promise<Page<StoredChat>> {
  const limit = pageLimit(options?.limit)
  const list = JSON.stringify(['listChats', ref.id])
  const after = openAfter(list, options?.cursor)
  return await parts.database.read(call, async (reader) => {
    const session = unexpired(await readSession(parts, reader, ref))
    if (session === null) throw sessionNotFound(ref.id)
    const rows = await reader.rows(parts.chats.list({ session: session.key, after, limit: limit + 1 }))
    const items = rows.slice(0, limit).map((row) => chatRecord(chatState(row)))
    const last = items.at(-1)
    return { items, nextCursor: rows.length > limit && last !== undefined ? sealCursor(list, [last.id]) : null }
  })
}

function openAfter(list: string, cursor: string | undefined): Buffer {
  if (cursor === undefined) return noChat
  const [id] = openCursor(list, cursor)
  const bytes = typeof id === 'string' ? idBytes(id) : null
  if (bytes === null) throw new SessError('CURSOR_INVALID', 'cursor was not made by this list', { field: 'cursor' })
  return bytes
}
