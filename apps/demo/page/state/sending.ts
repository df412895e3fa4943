import { type Signal, signal } from '@preact/signals'
import type { Message } from '@sess/core'
import { api } from './api.ts'
import { conversation, jumpToEnd } from './live.ts'
import { notify, telling } from './notices.ts'
import { chatPath } from './open-session.ts'

/** Messages that are on their way: sent, and not stored yet, because the chat is busy or the store slow. */
export const underway: Signal<readonly { readonly id: string; readonly text: string }[]> = signal([])

/** What was refused last. Sent again it keeps its id: if it was stored after all, it is not stored twice. */
let refused: { readonly id: string; readonly path: string; readonly text: string } | null = null

/** Sends a message. @returns false if it was refused, so that the text is not lost. */
export async function send(text: string, replaces?: number): Promise<boolean> {
  const path = chatPath()
  const id = refused?.path === path && refused.text === text ? refused.id : crypto.randomUUID()
  underway.value = [...underway.value, { id, text }]
  try {
    if (!conversation.value.isAtEnd) await jumpToEnd()
    const stored = await telling(api<Message>('POST', `${path}/messages`, { id, text, ...(replaces && { replaces }) }))
    refused = stored === undefined ? { id, path, text } : null
    return stored !== undefined
  } finally {
    underway.value = underway.value.filter((message) => message.id !== id)
  }
}

/** Has the user's message of this seq answered anew. What came after it goes. */
export async function regenerate(replaces: number): Promise<void> {
  await telling(api<Message>('POST', `${chatPath()}/messages/regenerate`, { replaces }))
}

/** Stops the answer that is being written, in whatever process. */
export async function stop(): Promise<void> {
  const answer = await telling(api<{ stopped: boolean }>('POST', `${chatPath()}/messages/stop`))
  if (answer?.stopped === false) notify('There is nothing to stop.')
}
