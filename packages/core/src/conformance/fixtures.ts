import assert from 'node:assert/strict'
import { newChatId, newId, newSessionId } from '../id.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { Message, NewMessage, Role } from '../message.ts'
import type { Owner } from '../owner.ts'
import type { NewStoredChat } from '../store/chat-records.ts'
import type { ChatRef, SessionRef } from '../store/refs.ts'
import type { NewStoredSession, SessionQuotas, StoredSession } from '../store/session-records.ts'
import type { Store } from '../store/store.ts'

export const noQuotas: SessionQuotas = { store: null, org: null, user: null }
export const noContextLimits: { readonly maxKeys: null; readonly maxBytes: null } = { maxKeys: null, maxBytes: null }

/** An owner nobody used before. */
export function someone(): Owner {
  return { orgId: `org-${newId()}`, userId: `user-${newId()}` }
}

/** A session as the manager would ask for it: active, one hour idle, nothing in it. */
export function sessionFor(owner: Owner, change: Partial<NewStoredSession> = {}): NewStoredSession {
  const expiry = { idleMs: 3_600_000, absoluteMs: null }
  return { id: newSessionId(owner), owner, key: null, tags: [], data: {}, expiry, pendingMs: null, ...change }
}

export function chatFor(session: SessionRef, change: Partial<NewStoredChat> = {}): NewStoredChat {
  return { id: newChatId(session.id), key: null, data: {}, maxMessages: null, overflow: 'trim-oldest', ...change }
}

/** Creates a session of `owner`, who is somebody new unless given. */
export async function makeSession(
  store: Store,
  change: Partial<NewStoredSession> = {},
  quotas: SessionQuotas = noQuotas,
): Promise<StoredSession> {
  const owner = change.owner ?? someone()
  const { session } = await store.createSession(sessionFor(owner, change), { quotas, ifKeyTaken: 'reject' })
  return session
}

/** Creates sessions, and waits until they are expired. */
export async function makeExpired(
  store: Store,
  count: number,
  waitUntil: (instant: number) => Promise<void>,
): Promise<readonly StoredSession[]> {
  const expiry = { idleMs: 1, absoluteMs: null }
  const made = await Promise.all(Array.from({ length: count }, () => makeSession(store, { expiry })))
  await waitUntil(Math.max(...made.map(({ createdAt }) => createdAt)) + 1)
  return made
}

/** Creates a chat, in a new session unless one is given. */
export async function makeChat(
  store: Store,
  change: Partial<NewStoredChat> = {},
  session?: SessionRef,
): Promise<ChatRef> {
  const { id, owner } = session ?? (await makeSession(store))
  const ref: SessionRef = { id, owner }
  const { chat } = await store.createChat(ref, chatFor(ref, change), { maxChats: null, ifKeyTaken: 'reject' })
  return { id: chat.id, session: ref }
}

/** Options of a write that was not tried before. */
export function once(): { readonly operationId: string } {
  return { operationId: newId() }
}

/** A message nobody sent before. */
export function say(text: string, change: Partial<NewMessage> = {}): NewMessage {
  return { id: newId(), role: 'user', content: text, ...change }
}

/** A message that uses every field there is. */
export function fullMessage(): NewMessage {
  return {
    id: newId(),
    role: 'assistant',
    content: [
      { type: 'text', text: 'see', metadata: { a: [1, { b: null }] } },
      { type: 'reasoning', text: 'hm' },
      { type: 'file', mediaType: 'text/plain', url: 'data:,x', filename: 'x.txt' },
      { type: 'tool-call', callId: 'c', name: 'look', input: { deep: [true] } },
      { type: 'tool-result', callId: 'c', output: null, isError: true, synthetic: true, name: 'look' },
      { type: 'data', name: 'chart', data: [0.1, 1e21, -5], id: 'd' },
    ],
    name: 'Ada',
    metadata: { source: 'mail' },
    usage: { inputTokens: 5, outputTokens: 0, metadata: { cached: 1 } },
    interrupted: true,
    turnId: newId(),
    createdAt: 1_234_567,
  }
}

/** A message with these tool calls. */
export function calling(...callIds: readonly string[]): NewMessage {
  const content = callIds.map((callId) => ({ type: 'tool-call', callId, name: 'look', input: {} }) as const)
  return { id: newId(), role: 'assistant', content }
}

/** A message with the results of these tool calls. */
export function answering(...callIds: readonly string[]): NewMessage {
  const content = callIds.map((callId) => ({ type: 'tool-result', callId, output: 'seen' }) as const)
  return { id: newId(), role: 'tool', content }
}

/** `count` messages of changing roles, "1", "2", … */
export function numbered(count: number): NewMessage[] {
  return Array.from({ length: count }, (_, index) =>
    say(`${index + 1}`, { role: index % 2 === 0 ? 'user' : 'assistant' }),
  )
}

/** Messages of a chat, oldest first. */
export async function messagesOf(store: Store, chat: ChatRef): Promise<readonly Message[]> {
  const all: Message[] = []
  for (let after = 0; ; ) {
    const { messages, lastSeq } = await store.readMessages(chat, { after, limit: 1000 })
    all.push(...messages)
    const newest = messages.at(-1)?.seq ?? lastSeq
    if (newest >= lastSeq) return all
    assert.ok(newest > after, 'reading after a message gave that one or none')
    after = newest
  }
}

/** Texts of the messages of a chat, oldest first. */
export async function textsOf(store: Store, chat: ChatRef): Promise<readonly unknown[]> {
  return (await messagesOf(store, chat)).map(({ content }) => content)
}

/** Hands a turn to whoever asks. */
export async function beginTurn(
  store: Store,
  chat: ChatRef,
  leaseMs = 60_000,
  ifBusy: 'reject' | 'take-over' = 'reject',
): Promise<number> {
  const { fence } = await store.beginTurn(chat, { turnId: newId(), leaseMs, ifBusy })
  return fence
}

/** Makes a session expired on the store's clock, in a moment. */
export async function expire(
  store: Store,
  session: SessionRef,
  waitUntil: (instant: number) => Promise<void>,
): Promise<void> {
  const { expiresAt } = await store.touchSession(session, { expiresInMs: 1 })
  await waitUntil(expiresAt ?? 0)
}

export async function setContext(store: Store, session: SessionRef, values: JsonObject): Promise<void> {
  const entries: [string, JsonValue][] = Object.entries(values)
  await store.setContext(session, entries, { ...once(), ...noContextLimits })
}

/** Updates with the version the record has now. */
export async function update(
  store: Store,
  session: SessionRef,
  change: Parameters<Store['updateSession']>[1],
  quotas: SessionQuotas = noQuotas,
): Promise<StoredSession> {
  const now = await store.getSession(session)
  return store.updateSession(session, change, { ...once(), expectedVersion: now?.version ?? 0, quotas })
}

export const roles: readonly Role[] = ['system', 'user', 'assistant', 'tool']
