import type { Conversation, Skill } from './conversation.ts'
import { keywordsOf, recallFact } from './recall.ts'
import { codeIn } from './review-code.ts'
import {
  asSentence,
  isQuestion,
  isStatement,
  sentencesOf,
  shortened,
  toFirstPerson,
  toSecondPerson,
} from './sentences.ts'

/** "Hello!", "Thanks.", "Bye": as people answer them, by name if the user told it. */
export const greet: Skill = (conversation) => {
  const words = conversation.text.toLowerCase().match(/\p{L}+/gu) ?? []
  if (words.length === 0 || words.length > 4) return null
  const name = recallFact({ ...conversation, text: 'What is my name?' })?.match(/^Your name is (\S+)\.$/)?.[1]
  const toName = name === undefined ? '' : `, ${name}`
  if (/^(?:hi|hello|hey|good (?:morning|evening|day))\b/i.test(conversation.text))
    return `Hello${toName}! What can I do for you?`
  if (/^(?:thanks|thank you|thx)\b/i.test(conversation.text)) return `You're welcome${toName}.`
  return /^(?:bye|goodbye|see you)\b/i.test(conversation.text) ? `Goodbye${toName}.` : null
}

/** "Who are you?", "Whom do you work for?": what the system prompt says of the agent. */
export const introduce: Skill = ({ systemPrompt, text }) => {
  const question = sentencesOf(text).find(
    (sentence) => isQuestion(sentence) && /\byour?\b|\byourself\b/i.test(sentence),
  )
  if (question === undefined) return null
  const known = sentencesOf(systemPrompt).filter((sentence) => /^(?:you|your)\b/i.test(sentence))
  const wanted = keywordsOf(question)
  const fitting = known.filter((sentence) => [...wanted].every((word) => keywordsOf(sentence).has(word)))
  const general = /^(?:who|what) are you\b|\bwhat (?:can|do) you do\b|\bhelp me\b|\byourself\b/i.test(question)
  const chosen = general ? known : fitting
  const about = chosen.map((sentence) => asSentence(toFirstPerson(sentence))).join(' ')
  if (general)
    return `${about === '' ? 'I am an assistant.' : about} I answer from this chat alone: I can recall, quote, count and summarise it, and review code.`
  return wanted.size > 0 && about !== '' ? about : null
}

/** Whatever else is said: notes it, or says that it does not know. */
export function acknowledge({ text, systemPrompt }: Conversation): string {
  const sentences = sentencesOf(text)
  const told = sentences.filter(isStatement)
  if (told.length > 0) {
    const noted = told.slice(0, 3).map((sentence) => shortened(toSecondPerson(sentence), 160))
    return asSentence(`noted: ${noted.join('; ')}${told.length > 3 ? `; and ${told.length - 3} more` : ''}`)
  }
  if (codeIn(text) !== null) return 'I see the code. Ask me to review it.'
  if (sentences.length === 0) return 'All right.'
  const reviewer = /\breview/i.test(systemPrompt) ? ' Show me code, and I review it.' : ''
  if (sentences.some(isQuestion))
    return `That has not come up in this chat, and I know nothing else: I work without a model.${reviewer}`
  return `I can't do that without a model. I can recall, quote, count and summarise what was said here.${reviewer}`
}
