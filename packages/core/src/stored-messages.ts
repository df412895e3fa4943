import { chatPlace } from './announcer.ts'
import type { ManagerParts } from './manager-parts.ts'
import type { Message, NewMessage } from './message.ts'
import type { AppendResult } from './store/message-log.ts'
import type { ChatRef } from './store/refs.ts'

/** The messages as the store keeps them now, with their place; those that were written are told to the listeners. */
export async function storedMessages(
  parts: ManagerParts,
  chat: ChatRef,
  messages: readonly NewMessage[],
  result: AppendResult,
): Promise<readonly Message[]> {
  const stored: Message[] = []
  for (const [index, message] of messages.entries()) {
    const seq = result.seqs[index] ?? 0
    if (result.written[index] === true) {
      const kept = Object.freeze({ ...message, seq, createdAt: message.createdAt ?? result.storedAt })
      parts.announcer.tell('message-added', { ...chatPlace(chat), message: kept })
      stored.push(kept)
    } else {
      // It was there before, with its own instant.
      const page = await parts.store.readMessages(chat, { after: seq - 1, limit: 1 })
      const [there] = page.messages
      // It may have been trimmed meanwhile, and another one is the oldest.
      stored.push(
        there?.seq === seq
          ? there
          : Object.freeze({ ...message, seq, createdAt: message.createdAt ?? result.storedAt }),
      )
    }
  }
  return stored
}
