import { chatPlace } from './announcer.ts'
import { newId } from './id.ts'
import type { ManagerParts } from './manager-parts.ts'
import type { Message, NewMessage, Part } from './message.ts'
import { repairHistory } from './repair-history.ts'
import { maxMessagesPerWrite } from './store/message-log.ts'
import type { ChatRef } from './store/refs.ts'

/** Messages that a repair looks at, the newest ones. */
const repairWindow = 1_000

/** What a repair did. All zero: there was nothing to mend. */
export interface Repair {
  readonly closedCalls: number
  readonly droppedResults: number
  readonly movedResults: number
}

/**
 * Mends the newest 1,000 messages of a chat as `repairHistory` does, by rewriting the tail from the first one that needs it, in
 * one step. If the tail is too long for one step, the calls that are still open get their results at the end instead.
 */
export async function repairChat(
  parts: ManagerParts,
  chat: ChatRef,
  fence: number | undefined,
  signal?: AbortSignal,
): Promise<Repair> {
  const page = await parts.store.readMessages(chat, { limit: repairWindow }, { signal })
  const history = page.messages[0]?.seq === page.firstSeq ? page.messages : fromFirstQuestion(page.messages)
  const repaired = repairHistory(history)
  const firstChange = repaired.messages.findIndex((message, index) => message !== history[index])
  const changed = firstChange === -1 ? repaired.messages.length : firstChange
  if (changed === history.length && changed === repaired.messages.length) return nothingDone

  const tail = repaired.messages.slice(changed).map(withoutSeq)
  const options = { fence, expectedLastSeq: page.lastSeq, operationId: newId(), signal }
  let done: Repair = {
    closedCalls: repaired.closedCalls,
    droppedResults: repaired.droppedResults,
    movedResults: repaired.movedResults,
  }
  if (tail.length <= maxMessagesPerWrite) {
    await parts.store.rewriteMessages(chat, page.lastSeq - history.length + changed, tail, options)
  } else {
    const closing = tail.filter(madeSince(history)).slice(0, maxMessagesPerWrite)
    if (closing.length === 0) return nothingDone
    await parts.store.rewriteMessages(chat, page.lastSeq, closing, options)
    done = { ...nothingDone, closedCalls: closing.reduce((count, message) => count + message.content.length, 0) }
  }
  const place = chatPlace(chat)
  await parts.announcer.announce('chat-repaired', { ...place, ...done }, place, { ...done })
  return done
}

const nothingDone: Repair = Object.freeze({ closedCalls: 0, droppedResults: 0, movedResults: 0 })

/** A window may cut between a call and its results; from a question of the user on it does not. */
function fromFirstQuestion(messages: readonly Message[]): readonly Message[] {
  const start = messages.findIndex((message) => message.role === 'user')
  return start === -1 ? [] : messages.slice(start)
}

/** Tells the results that a repair made from those that were there, or only moved. */
function madeSince(history: readonly Message[]): (message: NewMessage) => boolean {
  const known = new Set<Part>(history.flatMap(({ content }) => (typeof content === 'string' ? [] : content)))
  return ({ content }) => typeof content !== 'string' && content.length > 0 && content.every((part) => !known.has(part))
}

function withoutSeq({ seq: _, ...message }: Message): NewMessage {
  return Object.freeze(message)
}
