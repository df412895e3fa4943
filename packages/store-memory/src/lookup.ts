import { type ChatRef, chatNotFound, type SessionRef, sameOwner, sessionExpired, sessionNotFound } from '@sess/core'
import type { ChatEntry, SessionEntry } from './entries.ts'
import type { MemoryState } from './memory-state.ts'
import { isExpired } from './session-entry.ts'

/** The unexpired session of this owner, or undefined. @throws {@link SessError} `SESSION_EXPIRED`. */
export function findSession(state: MemoryState, ref: SessionRef, now: number): SessionEntry | undefined {
  const entry = state.sessions.get(ref.id)
  if (entry === undefined || !sameOwner(entry.user.owner, ref.owner)) return undefined
  return used(state, entry, now)
}

/** @throws {@link SessError} `SESSION_NOT_FOUND`, `SESSION_EXPIRED`. */
export function requireSession(state: MemoryState, ref: SessionRef, now: number): SessionEntry {
  const entry = findSession(state, ref, now)
  if (entry === undefined) throw sessionNotFound(ref.id)
  return entry
}

/** The chat of this session, or undefined. */
export function findChat(state: MemoryState, entry: SessionEntry, chatId: string): ChatEntry | undefined {
  const chat = state.chats.get(chatId)
  return chat?.session === entry ? chat : undefined
}

/** @throws {@link SessError} `CHAT_NOT_FOUND`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`. */
export function requireChat(state: MemoryState, ref: ChatRef, now: number): ChatEntry {
  const chat = state.chats.get(ref.id)
  const { id, owner } = ref.session
  if (chat !== undefined && chat.session.id === id && sameOwner(chat.session.user.owner, owner)) {
    used(state, chat.session, now)
    return chat
  }
  requireSession(state, ref.session, now)
  throw chatNotFound(ref.id)
}

/** @throws {@link SessError} `SESSION_EXPIRED`. */
export function used(state: MemoryState, entry: SessionEntry, now: number): SessionEntry {
  if (isExpired(entry, now)) throw sessionExpired(entry.id)
  state.capacity.recency?.use(entry)
  return entry
}
