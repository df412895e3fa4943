import {
  assertWritable,
  type ChatChange,
  type ChatRef,
  chatNotFound,
  frozenJsonObject,
  type StoredChat,
  type StoredSession,
  sessionNotFound,
  versionConflict,
} from '@sess/core'
import type { Call } from '../connection/call.ts'
import type { Transaction } from '../connection/database.ts'
import { recordChanged } from '../sessions/change-session.ts'
import { recordStructureWrite } from '../sessions/expiry.ts'
import { isDone, rememberDone } from '../sessions/operations.ts'
import { saveSession } from '../sessions/save-session.ts'
import { type SessionState, sessionRecord } from '../sessions/session-state.ts'
import { sealedIn } from '../sql/payload.ts'
import type { StoreParts } from '../store-parts.ts'
import { doneInChat, rememberInChat } from './chat-operations.ts'
import { type ChatState, chatRecord } from './chat-state.ts'
import { lockAnyChat, lockChat } from './lookup.ts'
import { saveChat } from './save-chat.ts'

export async function updateChat(
  parts: StoreParts,
  call: Call,
  ref: ChatRef,
  change: ChatChange,
  { operationId, expectedVersion }: { readonly operationId: string; readonly expectedVersion: number },
): Promise<StoredChat> {
  const data =
    change.data === undefined ? undefined : (sealedIn(change.data)?.asData ?? frozenJsonObject(change.data, 'data'))
  const { maxMessages, overflow } = change
  return await parts.database.write(call, async (transaction) => {
    const { session, chat } = await lockChat(parts, transaction, ref)
    if (doneInChat(chat, operationId) !== undefined) return chatRecord(chat)
    assertWritable(session)
    if (chat.version !== expectedVersion) throw versionConflict(expectedVersion, chat.version)
    const after: ChatState = { ...chat, version: chat.version + 1, updatedAt: session.now }
    if (data !== undefined) after.data = data
    if (maxMessages !== undefined) after.maxMessages = maxMessages
    if (overflow !== undefined) after.overflow = overflow
    rememberInChat(after, operationId, null)
    await saveChat(parts, transaction, chat, after)
    const slid = { ...session }
    recordStructureWrite(slid, session.now)
    await saveSession(parts, transaction, session, slid)
    return chatRecord(after)
  })
}

export async function activateChat(
  parts: StoreParts,
  call: Call,
  ref: ChatRef,
  operationId: string,
): Promise<StoredSession> {
  return await parts.database.write(call, async (transaction) => {
    const { session, chat } = await lockAnyChat(parts, transaction, ref)
    if (session === null) throw sessionNotFound(ref.session.id)
    if (isDone(session, operationId)) return sessionRecord(session)
    assertWritable(session)
    if (chat === null) throw chatNotFound(ref.id)
    if (session.activeChat?.equals(chat.key)) return sessionRecord(session)
    return await saveChange(parts, transaction, session, { ...session, activeChat: chat.key }, operationId)
  })
}

export async function deleteChat(parts: StoreParts, call: Call, ref: ChatRef, operationId: string): Promise<boolean> {
  const gone = await parts.database.write(call, async (transaction) => {
    const { session, chat } = await lockAnyChat(parts, transaction, ref)
    if (session === null) throw sessionNotFound(ref.session.id)
    if (isDone(session, operationId)) return true
    assertWritable(session)
    if (chat === null) return false
    await removeChat(parts, transaction, chat)
    const messages = session.messages - (chat.lastSeq - chat.firstSeq + 1)
    const after = { ...session, chats: session.chats - 1, messages }
    if (session.activeChat?.equals(chat.key)) after.activeChat = await oldestChat(parts, transaction, session)
    await saveChange(parts, transaction, session, after, operationId)
    return true
  })
  parts.purge.wake()
  return gone
}

async function saveChange(
  parts: StoreParts,
  transaction: Transaction,
  session: SessionState,
  after: SessionState,
  operationId: string,
): Promise<StoredSession> {
  recordChanged(after, session.now)
  recordStructureWrite(after, session.now)
  rememberDone(after, operationId)
  await saveSession(parts, transaction, session, after)
  return sessionRecord(after)
}

/** Its messages are left to the purge: from here on nothing points to them. */
async function removeChat({ builder }: StoreParts, transaction: Transaction, chat: ChatState): Promise<void> {
  const { db, named } = builder
  const { sessionKey, key } = chat
  await transaction.run(db.deleteFrom(named('chat')).where('session_id', '=', sessionKey).where('id', '=', key))
  await transaction.run(db.deleteFrom(named('head')).where('session_id', '=', sessionKey).where('chat_id', '=', key))
  if (chat.lastMessageAt === null) return
  await transaction.run(db.insertInto(named('garbage')).values({ log_id: chat.log }))
}

async function oldestChat(
  { builder }: StoreParts,
  transaction: Transaction,
  session: SessionState,
): Promise<Buffer | null> {
  const { db, named } = builder
  const [row] = await transaction.rows(
    db.selectFrom(named('chat')).select('id').where('session_id', '=', session.key).orderBy('id').limit(1),
  )
  return row?.id ?? null
}
