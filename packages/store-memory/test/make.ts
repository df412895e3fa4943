import {
  type ChatRef,
  type NewStoredSession,
  newChatId,
  newId,
  newSessionId,
  type Owner,
  type SessionRef,
} from '@sess/core'
import type { MemoryStore } from '@sess/store-memory'

export const noQuotas = { store: null, org: null, user: null } as const

export function someone(userId: string = newId()): Owner {
  return { orgId: 'acme', userId }
}

export async function makeSession(store: MemoryStore, change: Partial<NewStoredSession> = {}): Promise<SessionRef> {
  const owner = change.owner ?? someone()
  const expiry = { idleMs: 3_600_000, absoluteMs: null }
  const session = { id: newSessionId(owner), owner, key: null, tags: [], data: {}, expiry, pendingMs: null, ...change }
  await store.createSession(session, { quotas: noQuotas, ifKeyTaken: 'reject' })
  return { id: session.id, owner }
}

export async function makeChat(
  store: MemoryStore,
  session: SessionRef,
  maxMessages: number | null = null,
): Promise<ChatRef> {
  const chat = { id: newChatId(session.id), key: null, data: {}, maxMessages, overflow: 'trim-oldest' } as const
  await store.createChat(session, chat, { maxChats: null, ifKeyTaken: 'reject' })
  return { id: chat.id, session }
}

export async function say(store: MemoryStore, chat: ChatRef, text: string): Promise<void> {
  await store.appendMessages(chat, [{ id: newId(), role: 'user', content: text }])
}
