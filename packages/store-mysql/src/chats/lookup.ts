import { type ChatRef, chatNotFound, sameOwner, sessionNotFound } from '@sess/core'
import type { Transaction } from '../connection/database.ts'
import { unexpired } from '../sessions/lookup.ts'
import { type SessionState, sessionState } from '../sessions/session-state.ts'
import { idBytes } from '../sql/bytes.ts'
import { noChat } from '../sql/sql-builder.ts'
import type { StoreParts } from '../store-parts.ts'
import { type ChatState, chatState } from './chat-state.ts'
import type { ChatRow, SessionWithChatRow } from './chat-statements.ts'

/** A session, and the chat if there is one. */
export interface Found {
  readonly session: SessionState | null
  readonly chat: ChatState | null
}

/** @throws {@link SessError} `SESSION_EXPIRED`. */
export async function readChat({ chats }: StoreParts, reader: Transaction, ref: ChatRef): Promise<Found> {
  return await found(reader, chats.read, ref)
}

/** The same, and nobody else changes them before the transaction ends. @throws {@link SessError} `SESSION_EXPIRED`. */
export async function lockAnyChat({ chats }: StoreParts, transaction: Transaction, ref: ChatRef): Promise<Found> {
  return await found(transaction, chats.lock, ref)
}

/** @throws {@link SessError} `CHAT_NOT_FOUND`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`. */
export async function lockChat(
  parts: StoreParts,
  transaction: Transaction,
  ref: ChatRef,
): Promise<{ readonly session: SessionState; readonly chat: ChatState }> {
  const { session, chat } = await lockAnyChat(parts, transaction, ref)
  if (session === null) throw sessionNotFound(ref.session.id)
  if (chat === null) throw chatNotFound(ref.id)
  return { session, chat }
}

async function found(transaction: Transaction, statement: StoreParts['chats']['read'], ref: ChatRef): Promise<Found> {
  const session = idBytes(ref.session.id)
  if (session === null) return { session: null, chat: null }
  // No chat has the zero id, but the row of the session itself does.
  const id = idBytes(ref.id)
  const [row] = await transaction.rows(statement({ session, chat: id ?? noChat }))
  if (row === undefined) return { session: null, chat: null }
  const state = sessionState(row)
  if (!sameOwner(state.owner, ref.session.owner)) return { session: null, chat: null }
  unexpired(state)
  return { session: state, chat: id !== null && hasChat(row) ? chatState(row) : null }
}

function hasChat(row: SessionWithChatRow): row is SessionWithChatRow & ChatRow {
  return row.chat_id !== null
}
