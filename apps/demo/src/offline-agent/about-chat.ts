import { type Skill, userTexts } from './conversation.ts'
import { keywordsOf } from './recall.ts'
import { codeIn } from './review-code.ts'
import { asSentence, isQuestion, isRequest, sentencesOf, shortened, toSecondPerson } from './sentences.ts'

/** "How many messages …?", "Count our words": counts this chat, the message that asks included. */
export const count: Skill = (conversation) => {
  const asked = /\b(?:how many|number of|count)\b[^.?!]*?\b(messages?|questions?|words?)\b/i.exec(conversation.text)
  if (asked === null) return null
  const mine = [...userTexts(conversation), conversation.text]
  const all = [...conversation.earlier.map((line) => line.text), conversation.text]
  if (/^word/i.test(asked[1] ?? ''))
    return `There are ${wordsIn(all)} words in this chat, ${wordsIn(mine)} of them yours.`
  if (/^question/i.test(asked[1] ?? '')) {
    const questions = mine.flatMap(sentencesOf).filter(isQuestion).length
    return `You have asked ${questions} ${questions === 1 ? 'question' : 'questions'} in this chat.`
  }
  return `There are ${all.length} messages in this chat up to now: ${mine.length} of yours and ${all.length - mine.length} of mine.`
}

/** "Summarise …": the user's points, one by one. */
export const summarise: Skill = (conversation) => {
  if (
    !/\bsumm(?:ar|ing)|\brecap\b|\bwhat (?:have|did) we (?:talk|discuss|sa[iy]|cover)|\bwhat we (?:have )?talk/i.test(
      conversation.text,
    )
  )
    return null
  const texts = userTexts(conversation).filter((text) => summarise({ ...conversation, text, earlier: [] }) === null)
  if (texts.length === 0) return 'There is nothing to summarise yet: this is the beginning of our chat.'
  const points = texts.flatMap((text) => {
    const code = codeIn(text)
    if (code === null) return sentencesOf(text).map(pointOf)
    return [`you showed me code: \`${shortened(code, 60)}\``]
  })
  return `So far:\n${points.map((point, index) => `${index + 1}. ${asSentence(shortened(point))}`).join('\n')}`
}

/** "What did I say about …?", "Repeat my first message", "What did you just say?": quotes. */
export const quote: Skill = (conversation) => {
  const { earlier, text } = conversation
  const dictated = /^(?:please )?(?:repeat|echo|say)(?: after me)?\s*:\s*(.+)$/is.exec(text)?.[1]
  if (dictated !== undefined) return dictated
  const asked =
    /\bwhat (?:did|have) (i|you)(?: \w+)? (?:sa[iy]d?|wr(?:ite|itten|ote)|ask(?:ed)?|t(?:ell|old))\b(?:.*?\babout (?<topic>[^?.!]+))?/i.exec(
      text,
    ) ??
    /\b(?:repeat|quote|what was) (my|your)\b(?:.*?\babout (?<topic>[^?.!]+))?/i.exec(text) ??
    /\b(?:repeat|say) (that|it)\b/i.exec(text)
  if (asked === null) return null
  const own = /^(?:i|my)$/i.test(asked[1] ?? '')
  const said = earlier.filter((line) => (line.role === 'user') === own).map((line) => line.text)
  const topic = [...keywordsOf(asked.groups?.topic ?? '')]
  // "What was my budget?" asks for a fact, not for words.
  if (/\bwhat was\b/i.test(asked[0]) && !/\b(?:message|question|answer|reply|words)\b/i.test(text)) return null
  const fitting = said.filter((line) => topic.every((word) => keywordsOf(line).has(word)))
  const found = /\bfirst\b/i.test(text) ? fitting[0] : fitting.at(-1)
  const who = own ? 'You' : 'I'
  if (found !== undefined) return `${who} said: “${shortened(found, 300)}”`
  return topic.length > 0 && said.length > 0
    ? `${who} said nothing about ${asked.groups?.topic?.trim()} in this chat.`
    : `${who} said nothing before that.`
}

function pointOf(sentence: string): string {
  if (isRequest(sentence))
    return `you asked me to ${toSecondPerson(sentence).replace(/^\p{Lu}/u, (c) => c.toLowerCase())}`
  return isQuestion(sentence) ? `you asked “${sentence}”` : toSecondPerson(sentence)
}

function wordsIn(texts: readonly string[]): number {
  return texts.join(' ').split(/\s+/).length
}
