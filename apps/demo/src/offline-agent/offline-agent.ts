import { setTimeout } from 'node:timers/promises'
import type { AgentEvent, Turn } from '@sess/core'
import { count, quote, summarise } from './about-chat.ts'
import { type Conversation, conversationOf, type Skill } from './conversation.ts'
import { quoteRelated, recallFact } from './recall.ts'
import { reviewCode } from './review-code.ts'
import { acknowledge, greet, introduce } from './small-talk.ts'
import { type ToolTurn, useTools } from './use-tools.ts'

/** In this order: the first that has an answer gives it. */
const skills: readonly Skill[] = [count, summarise, quote, reviewCode, greet, introduce, recallFact]

/**
 * An agent without a model or a network: it answers from the chat's own messages, and with the session's tools where it
 * is asked for what they do, word by word, and stops when `signal` aborts.
 * `wordDelayMs` in the chat's agent settings is its pace.
 */
export async function* offlineAgent(
  turn: Pick<Turn, 'systemPrompt' | 'messages' | 'message' | 'settings'> & ToolTurn,
  { signal }: { readonly signal: AbortSignal },
): AsyncGenerator<AgentEvent, void, undefined> {
  const conversation = conversationOf(turn)
  const { wordDelayMs } = turn.settings
  const delayMs = typeof wordDelayMs === 'number' ? wordDelayMs : 8
  const answer = (await useTools(conversation.text, turn)) ?? answerTo(conversation)
  const words = answer.match(/\s*\S+/g) ?? []
  for (const [index, word] of words.entries()) {
    // The first word comes at once: what people wait for is a sign.
    if (index > 0) await setTimeout(delayMs, undefined, { signal })
    yield word
  }
  const inputTokens = conversation.text.split(/\s+/).length
  yield { type: 'usage', usage: { inputTokens, outputTokens: words.length, totalTokens: inputTokens + words.length } }
}

/** The whole answer. The same conversation gives the same answer. */
export function answerTo(conversation: Conversation): string {
  for (const skill of skills) {
    const answer = skill(conversation)
    if (answer !== null) return answer
  }
  const isQuestion = /\?\s*$/.test(conversation.text)
  return (isQuestion ? quoteRelated(conversation) : null) ?? acknowledge(conversation)
}
