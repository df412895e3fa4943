import { type ChatRecord, toChatRecord } from '../chat-record.ts'
import { type JsonObject, jsonEquals } from '../json.ts'
import type { Message } from '../message.ts'
import { chatNotFound, sessionNotFound } from '../refusal.ts'
import { type SessionRecord, toSessionRecord } from '../session-record.ts'
import type { ChatRef } from '../store/refs.ts'
import type { Store } from '../store/store.ts'

/** Messages of a snapshot. */
export const shownMessages = 50

/** What was read of a chat. */
export interface Seen {
  readonly session: SessionRecord
  readonly chat: ChatRecord
  readonly messages: readonly Message[]
}

/** The records, and the messages after `after`, or the newest ones. @throws {@link SessError} `SESSION_NOT_FOUND`, `CHAT_NOT_FOUND`. */
export async function readChat(store: Store, ref: ChatRef, after?: number): Promise<Seen> {
  const range = after === undefined ? { limit: shownMessages } : { after, limit: shownMessages + 1 }
  const [session, chat, page] = await Promise.all([
    store.getSession(ref.session),
    store.getChat(ref),
    store.readMessages(ref, range),
  ])
  if (session === null) throw sessionNotFound(ref.session.id)
  if (chat === null) throw chatNotFound(ref.id)
  return { session: toSessionRecord(session), chat: toChatRecord(chat), messages: page.messages }
}

/** Whether nothing differs but what the messages tell. */
export function isSameRecord(a: Seen, b: Seen): boolean {
  return isEqual(a.session, b.session) && isEqual(withoutMessages(a.chat), withoutMessages(b.chat))
}

function isEqual(a: object, b: object): boolean {
  return jsonEquals(a as JsonObject, b as JsonObject)
}

function withoutMessages(chat: ChatRecord): object {
  return { ...chat, firstSeq: 0, lastSeq: 0, messageCount: 0, lastMessageAt: 0 }
}
