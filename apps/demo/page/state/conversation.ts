import type { LiveTurn, Message } from '@sess/core'
import type { LiveEvent } from '../../src/web/views.ts'

/** What is shown of a chat: a window of its messages, however many there are. */
export interface Conversation {
  readonly messages: readonly Message[]
  /** Whether there may be older messages than those of the window. */
  readonly hasOlder: boolean
  /** Whether the window reaches to the newest message. */
  readonly isAtEnd: boolean
  readonly answering: LiveTurn | null
}

export const emptyConversation: Conversation = {
  ...{ messages: [], hasOlder: false, isAtEnd: true, answering: null },
}

/** Messages that are asked for at a time, and that are kept in the page. */
export const pageSize = 50
export const windowSize = 200

/** The conversation after what the server told. */
export function afterEvent(conversation: Conversation, event: LiveEvent): Conversation {
  const { answering } = conversation
  switch (event.type) {
    case 'snapshot':
      return { ...afterSnapshot(conversation, event.messages), answering: event.turn }
    case 'message':
      return afterMessage(conversation, event.message)
    case 'turn-started':
      return { ...conversation, answering: { turnId: event.turnId, text: '', reasoning: '' } }
    case 'text':
    case 'reasoning':
      if (answering === null) return conversation
      return { ...conversation, answering: { ...answering, [event.type]: answering[event.type] + event.text } }
    case 'turn-ended':
      return answering?.turnId === event.turnId ? { ...conversation, answering: null } : conversation
    default:
      return conversation
  }
}

/** With a page of older messages before; what becomes too much goes at the other end. */
export function withOlder(conversation: Conversation, older: readonly Message[]): Conversation {
  const all = [...older, ...conversation.messages]
  const messages = all.slice(0, windowSize)
  const isAtEnd = conversation.isAtEnd && messages.length === all.length
  return { ...conversation, messages, isAtEnd, hasOlder: older.length === pageSize }
}

/** With a page of newer messages behind. */
export function withNewer(conversation: Conversation, newer: readonly Message[]): Conversation {
  const all = [...conversation.messages, ...newer]
  const messages = all.slice(-windowSize)
  const hasOlder = conversation.hasOlder || messages.length < all.length
  return { ...conversation, messages, hasOlder, isAtEnd: newer.length < pageSize }
}

function afterSnapshot(conversation: Conversation, newest: readonly Message[]): Conversation {
  const [first] = newest
  const whole = { ...conversation, messages: newest, isAtEnd: true, hasOlder: first !== undefined && first.seq > 1 }
  if (first === undefined || conversation.messages.length === 0) return whole
  const known = new Map(conversation.messages.map((message) => [message.seq, message.id]))
  const isSame = newest.every(({ seq, id }) => !known.has(seq) || known.get(seq) === id)
  const last = conversation.messages.at(-1)?.seq ?? 0
  const newestSeq = newest.at(-1)?.seq ?? 0
  // Another message in a known place, or fewer than were known: something was taken away.
  if (!isSame || last > newestSeq) return whole
  if (!conversation.isAtEnd) return conversation
  if (first.seq > last + 1) return whole
  return withNewer({ ...conversation }, newest.filter(({ seq }) => seq > last).slice(-pageSize + 1))
}

function afterMessage(conversation: Conversation, message: Message): Conversation {
  const { messages, isAtEnd, answering } = conversation
  // The message says what was written until now.
  const said =
    message.role === 'assistant' && answering !== null ? { ...answering, text: '', reasoning: '' } : answering
  const next = { ...conversation, answering: said }
  const last = messages.at(-1)
  if (!isAtEnd || (last !== undefined && message.seq <= last.seq)) return next
  if (last !== undefined && message.seq > last.seq + 1) return { ...next, isAtEnd: false }
  return { ...next, ...withNewer(next, [message]), answering: said }
}
