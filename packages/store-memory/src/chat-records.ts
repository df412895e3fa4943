import {
  assertChatId,
  assertWritable,
  type ChatChange,
  type ChatRef,
  type CreateChatOptions,
  chatDataPlace,
  chatNotFound,
  frozenJsonObject,
  type NewStoredChat,
  type Page,
  type PageOptions,
  pageLimit,
  SessError,
  type SessionRef,
  type StoredChat,
  type StoredSession,
  sealCursor,
  versionConflict,
} from '@sess/core'
import { chatRecord } from './chat-entry.ts'
import { ChatLog } from './chat-log.ts'
import type { ChatEntry, SessionEntry } from './entries.ts'
import { recordStructureWrite } from './expiry.ts'
import { keep } from './kept.ts'
import { type MessageKeeper, plainMessages, sealedMessages } from './kept-messages.ts'
import { openPosition } from './list-position.ts'
import { findChat, findSession, requireChat, requireSession } from './lookup.ts'
import type { MemoryState } from './memory-state.ts'
import { doneInChat, isDone, rememberDone, rememberInChat } from './operations.ts'
import { compareIds, countContent } from './scope.ts'
import { recordChanged, sessionRecord } from './session-entry.ts'
import { SortedList } from './sorted-list.ts'

export function createChat(
  state: MemoryState,
  ref: SessionRef,
  chat: NewStoredChat,
  options: CreateChatOptions,
  now: number,
): { readonly chat: StoredChat; readonly created: boolean } {
  const session = requireSession(state, ref, now)
  assertChatId(chat.id, session.id)
  const same = state.chats.get(chat.id)
  if (same !== undefined) {
    if (same.session !== session) throw new SessError('CHAT_EXISTS', 'the id is taken', {})
    return { chat: chatRecord(same), created: true }
  }
  const { key } = chat
  const holder = key === null ? undefined : session.chatKeys?.get(key)
  if (key !== null && holder !== undefined) {
    if (options.ifKeyTaken === 'reject') throw new SessError('CHAT_EXISTS', 'the key is taken', { key })
    return { chat: chatRecord(holder), created: false }
  }
  assertWritable(session)
  const { maxChats } = options
  if (maxChats !== null && session.chatCount >= maxChats) {
    throw new SessError('CHAT_LIMIT_REACHED', `at most ${maxChats} chats are allowed`, { limit: maxChats })
  }
  const entry = newChatEntry(session, chat, now)
  insertChat(state, entry)
  session.activeChatId ??= entry.id
  recordChanged(session, now)
  recordStructureWrite(state, session, now)
  return { chat: chatRecord(entry), created: true }
}

/** The chat, or null if there is none, or no such session. */
export function getChat(state: MemoryState, ref: ChatRef, now: number): StoredChat | null {
  const session = findSession(state, ref.session, now)
  const chat = session === undefined ? undefined : findChat(state, session, ref.id)
  return chat === undefined ? null : chatRecord(chat)
}

export function updateChat(
  state: MemoryState,
  ref: ChatRef,
  change: ChatChange,
  options: { readonly operationId: string; readonly expectedVersion: number },
  now: number,
): StoredChat {
  const chat = requireChat(state, ref, now)
  if (doneInChat(chat, options.operationId) !== undefined) return chatRecord(chat)
  assertWritable(chat.session)
  if (chat.version !== options.expectedVersion) throw versionConflict(options.expectedVersion, chat.version)
  const { data, maxMessages, overflow } = change
  if (data !== undefined) chat.data = keep(chat.session.codec, frozenJsonObject(data, 'data'), chatDataPlace(chat.id))
  if (maxMessages !== undefined) chat.maxMessages = maxMessages
  if (overflow !== undefined) chat.overflow = overflow
  chat.version++
  chat.updatedAt = now
  recordStructureWrite(state, chat.session, now)
  rememberInChat(chat, options.operationId, null)
  return chatRecord(chat)
}

export function deleteChat(state: MemoryState, ref: ChatRef, operationId: string, now: number): boolean {
  const session = requireSession(state, ref.session, now)
  if (isDone(session, operationId)) return true
  assertWritable(session)
  const chat = findChat(state, session, ref.id)
  if (chat === undefined) return false
  state.chats.delete(chat.id)
  session.chats?.remove(chat)
  if (chat.key !== null) session.chatKeys?.delete(chat.key)
  countContent(session, -1, -chat.log.length)
  if (session.activeChatId === chat.id) session.activeChatId = session.chats?.first?.id ?? null
  recordChanged(session, now)
  recordStructureWrite(state, session, now)
  rememberDone(session, operationId)
  return true
}

export function activateChat(state: MemoryState, ref: ChatRef, operationId: string, now: number): StoredSession {
  const session = requireSession(state, ref.session, now)
  if (isDone(session, operationId)) return sessionRecord(session)
  assertWritable(session)
  if (findChat(state, session, ref.id) === undefined) throw chatNotFound(ref.id)
  if (session.activeChatId === ref.id) return sessionRecord(session)
  session.activeChatId = ref.id
  recordChanged(session, now)
  recordStructureWrite(state, session, now)
  rememberDone(session, operationId)
  return sessionRecord(session)
}

export function listChats(
  state: MemoryState,
  ref: SessionRef,
  options: PageOptions | undefined,
  now: number,
): Page<StoredChat> {
  const limit = pageLimit(options?.limit)
  const scopeName = JSON.stringify(['listChats', ref.id])
  const position = openPosition(scopeName, options?.cursor)
  const session = requireSession(state, ref, now)
  const items: StoredChat[] = []
  for (const chat of session.chats?.ascending(position) ?? []) {
    const last = items.at(-1)
    if (items.length === limit && last !== undefined) return { items, nextCursor: sealCursor(scopeName, [0, last.id]) }
    items.push(chatRecord(chat))
  }
  return { items, nextCursor: null }
}

function insertChat(state: MemoryState, chat: ChatEntry): void {
  const { session } = chat
  session.chats ??= new SortedList(compareIds)
  session.chats.add(chat)
  state.chats.set(chat.id, chat)
  countContent(session, 1, 0)
  if (chat.key === null) return
  session.chatKeys ??= new Map()
  session.chatKeys.set(chat.key, chat)
}

function newChatEntry(session: SessionEntry, chat: NewStoredChat, now: number): ChatEntry {
  return {
    id: chat.id,
    session,
    key: chat.key,
    createdAt: chat.createdAt ?? now,
    log: new ChatLog(chat.firstSeq ?? 1, keeperOf(session, chat.id)),
    version: 1,
    data: keep(session.codec, frozenJsonObject(chat.data, 'data'), chatDataPlace(chat.id)),
    maxMessages: chat.maxMessages,
    overflow: chat.overflow,
    updatedAt: now,
    lastMessageAt: null,
    fence: 0,
    turnId: null,
    turnRuns: false,
    leaseEndsAt: 0,
    interrupted: false,
    turnCount: 0,
    responseMsTotal: 0,
    recentResponseMs: noTimes,
    operations: null,
  }
}

function keeperOf(session: SessionEntry, chatId: string): MessageKeeper {
  const { codec } = session
  return codec === null ? plainMessages : sealedMessages(chatId, () => session.codec ?? codec)
}

const noTimes: readonly number[] = Object.freeze([])
