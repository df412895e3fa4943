import { type ChatRef, newId, type Store } from '@sess/core'
import { closedLoop } from '../closed-loop.ts'
import { makeChat, textMessages } from '../samples.ts'

export interface OpenChat {
  readonly chat: ChatRef
  readonly fence: number | undefined
}

export interface OpenChatOptions {
  /** @default any number */
  readonly maxMessages?: number
  /** Messages of 1 KiB that are there already. @default 0 */
  readonly history?: number
  /** Whether a turn runs, whose fence every append carries. @default false */
  readonly fenced?: boolean
}

/** Makes chats in sessions of as many users. */
export async function openChats(store: Store, count: number, options: OpenChatOptions = {}): Promise<OpenChat[]> {
  const { maxMessages = null, history = 0, fenced = false } = options
  const chats: OpenChat[] = []
  await closedLoop({ operations: count, concurrency: 32 }, async (index) => {
    const chat = await makeChat(store, maxMessages)
    await fill(store, chat, history, Math.min(100, maxMessages ?? 100))
    const turn = { turnId: newId(), leaseMs: 3_600_000, ifBusy: 'reject' } as const
    chats[index] = { chat, fence: fenced ? (await store.beginTurn(chat, turn)).fence : undefined }
  })
  return chats
}

/** Appends messages of 1 KiB, many at a time. */
export async function fill(store: Store, chat: ChatRef, count: number, batch = 100): Promise<void> {
  for (let left = count; left > 0; left -= batch) await store.appendMessages(chat, textMessages(Math.min(batch, left)))
}
