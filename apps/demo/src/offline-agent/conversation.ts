import { type Message, messageText, type Turn } from '@sess/core'

/** What an answer may be made of: this chat, and nothing else. */
export interface Conversation {
  readonly systemPrompt: string
  /** What was said before, oldest first. */
  readonly earlier: readonly Line[]
  /** What the user says now. */
  readonly text: string
}

/** One message, as text. */
interface Line {
  readonly role: 'user' | 'assistant'
  readonly text: string
}

/** Answers one kind of message, or null: then the next one is asked. */
export type Skill = (conversation: Conversation) => string | null

/** The conversation of a turn. */
export function conversationOf(turn: Pick<Turn, 'systemPrompt' | 'messages' | 'message'>): Conversation {
  const earlier = turn.messages.filter((message) => message.seq < turn.message.seq).flatMap(lineOf)
  return { systemPrompt: turn.systemPrompt, earlier, text: messageText(turn.message).trim() }
}

/** What the user said before. */
export function userTexts({ earlier }: Conversation): readonly string[] {
  return earlier.filter((line) => line.role === 'user').map((line) => line.text)
}

function lineOf(message: Message): readonly Line[] {
  const text = messageText(message).trim()
  return text !== '' && (message.role === 'user' || message.role === 'assistant') ? [{ role: message.role, text }] : []
}
