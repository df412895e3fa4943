import {
  assertChatId,
  assertWritable,
  type CreateChatOptions,
  frozenJsonObject,
  invalidArgument,
  type NewStoredChat,
  newId,
  SessError,
  type SessionRef,
  type StoredChat,
} from '@sess/core'
import type { Call } from '../connection/call.ts'
import type { Transaction } from '../connection/database.ts'
import { recordChanged } from '../sessions/change-session.ts'
import { recordStructureWrite } from '../sessions/expiry.ts'
import { lockSession, readSession, unexpired } from '../sessions/lookup.ts'
import { saveSession } from '../sessions/save-session.ts'
import type { SessionState } from '../sessions/session-state.ts'
import { idBytes } from '../sql/bytes.ts'
import { sealedIn } from '../sql/payload.ts'
import { noChat } from '../sql/sql-builder.ts'
import type { StoreParts } from '../store-parts.ts'
import { type ChatState, chatRecord, chatState } from './chat-state.ts'
import { chatColumns, chatHeadColumns } from './save-chat.ts'

interface Created {
  readonly chat: StoredChat
  readonly created: boolean
}

export async function createChat(
  parts: StoreParts,
  call: Call,
  ref: SessionRef,
  given: NewStoredChat,
  options: CreateChatOptions,
): Promise<Created> {
  const data = sealedIn(given.data)?.asData ?? frozenJsonObject(given.data, 'data')
  const chat = { ...given, data }
  if (given.key !== null && options.ifKeyTaken === 'open') {
    // Most often it is there: that is seen without a lock.
    const there = await parts.database.read(call, async (reader) => {
      const session = unexpired(await readSession(parts, reader, ref))
      return session === null ? null : await findTaken(parts, reader, session, chat, options)
    })
    if (there !== null) return there
  }
  return await parts.database.write(call, async (transaction) => {
    const session = await lockSession(parts, transaction, ref)
    const there = await findTaken(parts, transaction, session, chat, options)
    if (there !== null) return there
    assertWritable(session)
    const { maxChats } = options
    if (maxChats !== null && session.chats >= maxChats) {
      throw new SessError('CHAT_LIMIT_REACHED', `at most ${maxChats} chats are allowed`, { limit: maxChats })
    }
    const made = newChat(session, chat)
    await insertChat(parts, transaction, made)
    const after = { ...session, chats: session.chats + 1, activeChat: session.activeChat ?? made.key }
    recordChanged(after, session.now)
    recordStructureWrite(after, session.now)
    await saveSession(parts, transaction, session, after)
    return { chat: chatRecord(made), created: true }
  })
}

/** The chat that has the id or the key. */
async function findTaken(
  { chats }: StoreParts,
  transaction: Transaction,
  session: SessionState,
  { id, key }: NewStoredChat,
  { ifKeyTaken }: CreateChatOptions,
): Promise<Created | null> {
  assertChatId(id, session.id)
  const rows = await transaction.rows(chats.look({ chat: idBytes(id) ?? noChat, session: session.key, key }))
  const found = rows.map(chatState)
  const same = found.find((chat) => chat.id === id)
  if (same !== undefined) {
    if (!same.sessionKey.equals(session.key)) throw new SessError('CHAT_EXISTS', 'the id is taken', {})
    return { chat: chatRecord(same), created: true }
  }
  const [holder] = found
  if (holder === undefined) return null
  if (ifKeyTaken === 'reject') throw new SessError('CHAT_EXISTS', 'the key is taken', { key: key ?? undefined })
  return { chat: chatRecord(holder), created: false }
}

function newChat(session: SessionState, given: NewStoredChat): ChatState {
  const { firstSeq = 1, createdAt = session.now } = given
  if (!Number.isSafeInteger(firstSeq) || firstSeq < 1)
    throw invalidArgument('firstSeq', 'must be a whole number from 1 up')
  return {
    id: given.id,
    key: idBytes(given.id) ?? noChat,
    sessionKey: session.key,
    callerKey: given.key,
    createdAt,
    log: idBytes(newId()) ?? noChat,
    version: 1,
    updatedAt: session.now,
    data: given.data,
    turns: { count: 0, totalMs: 0, recentMs: Object.freeze([]) },
    operations: [],
    maxMessages: given.maxMessages,
    overflow: given.overflow,
    firstSeq,
    lastSeq: firstSeq - 1,
    beginningSeq: firstSeq - 1,
    markedSeq: firstSeq - 1,
    openCalls: 0,
    lastMessageAt: null,
    fence: 0,
    turnId: null,
    turnRuns: false,
    leaseEndsAt: 0,
    interrupted: false,
  }
}

async function insertChat({ rows }: StoreParts, transaction: Transaction, chat: ChatState): Promise<void> {
  const { sessionKey: session_id, key, callerKey, createdAt: created_at, log: log_id } = chat
  const caller_key = callerKey === null ? null : Buffer.from(callerKey)
  await transaction.run(rows.insert('chat', { session_id, id: key, caller_key, created_at, ...chatColumns(chat) }))
  await transaction.run(rows.insert('head', { session_id, chat_id: key, log_id, ...chatHeadColumns(chat) }))
}
