import {
  type ChatRef,
  type NewMessage,
  type NewStoredSession,
  newChatId,
  newId,
  newSessionId,
  type Owner,
  type SessionRef,
  type Store,
} from '@sess/core'

/** 1 KiB of text as people write it. */
const kibibyte = 'The quick brown fox jumps over the lazy dog, and then it waits.\n'.repeat(16)

const noQuotas = { store: null, org: null, user: null }

export function owner(user: number | string = 'ada'): Owner {
  return { orgId: 'acme', userId: `user-${user}` }
}

export function newSession(of: Owner): NewStoredSession {
  return {
    id: newSessionId(of),
    owner: of,
    key: null,
    tags: [],
    data: { name: 'Support' },
    expiry: { idleMs: 86_400_000, absoluteMs: null },
    pendingMs: null,
  }
}

/** Plain messages of 1 KiB. */
export function textMessages(count: number): NewMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    id: newId(),
    role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
    // Not one string that all share, and flat, as it comes from a socket.
    content: Buffer.from(`${index} ${kibibyte}`).toString('utf8', 0, 1024),
  }))
}

/** Messages with a text, a tool call and its result, about 1 KiB together. */
export function toolMessages(count: number): NewMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    id: newId(),
    role: 'assistant' as const,
    content: [
      { type: 'text' as const, text: kibibyte.slice(0, 400) },
      {
        type: 'tool-call' as const,
        callId: `c${index}`,
        name: 'search',
        input: { query: kibibyte.slice(0, 100), limit: 10 },
      },
      {
        type: 'tool-result' as const,
        callId: `c${index}`,
        output: { hits: [kibibyte.slice(0, 200), kibibyte.slice(0, 200)] },
      },
    ],
  }))
}

/** Makes a session, of somebody new unless said. */
export async function makeSession(store: Store, of: Owner = owner(newId())): Promise<SessionRef> {
  const session = newSession(of)
  await store.createSession(session, { quotas: noQuotas, ifKeyTaken: 'reject' })
  return { id: session.id, owner: of }
}

export async function makeChat(store: Store, maxMessages: number | null = null): Promise<ChatRef> {
  const session = await makeSession(store)
  const id = newChatId(session.id)
  const chat = { id, key: null, data: {}, maxMessages, overflow: 'trim-oldest' } as const
  await store.createChat(session, chat, { maxChats: null, ifKeyTaken: 'reject' })
  return { id, session }
}

/** Quotas as large as a careful application sets them, so that they are checked. */
export const someQuotas: { readonly store: number; readonly org: number; readonly user: number } = {
  store: 1_000_000,
  org: 100_000,
  user: 1000,
}
