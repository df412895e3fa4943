import { type Conversation, type Skill, userTexts } from './conversation.ts'
import { asSentence, isQuestion, isStatement, sentencesOf, shortened, toSecondPerson } from './sentences.ts'

/** Answers a question with the newest thing the user said about the same matter: "What is my name?" → "Your name is Ada." */
export const recallFact: Skill = (conversation) => {
  const questions = sentencesOf(conversation.text).filter(isQuestion)
  if (questions.length === 0) return null
  const statements = statementsOf(conversation)
  const answers = questions.map((question) => bestStatement(question, statements))
  const known = answers.filter((answer) => answer !== null)
  if (known.length > 0) return known.map((answer) => asSentence(toSecondPerson(answer))).join(' ')
  const asked = questions.map(ownMatter).find((matter) => matter !== null)
  return asked === undefined ? null : `You have not told me ${asked} in this chat.`
}

/** Quotes what was said earlier with the same words, by either side. */
export const quoteRelated: Skill = ({ earlier, text }) => {
  const wanted = keywordsOf(text)
  if (wanted.size === 0) return null
  const found = earlier.findLast(({ text }) => share(wanted, keywordsOf(text)) >= 0.5)
  if (found === undefined) return null
  return `I can't say more than this chat holds. Earlier ${found.role === 'user' ? 'you' : 'I'} said: “${shortened(found.text)}”.`
}

/** What the user told: in order, this message included. */
function statementsOf(conversation: Conversation): readonly string[] {
  return [...userTexts(conversation), conversation.text].flatMap(sentencesOf).filter(isStatement)
}

/** The words that carry the meaning, in one form each. */
export function keywordsOf(text: string): ReadonlySet<string> {
  const words =
    text
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}\p{N}]+(?:'\p{L}+)?/gu) ?? []
  return new Set(words.filter((word) => !emptyWords.has(word)).map(stem))
}

const emptyWords = new Set(
  `a an the this that these those is are am was were be been will would shall can could may might must should do does did
  have has had having i i'm i've i'll i'd me my mine myself we we're us our ours you you're your yours he him his she her hers it its it's
  they them their what what's when when's where where's who who's whom whose which why how if then than of to in on at by for from
  with about as and or not no yes so just please tell say said know remember again still now there here me again any some long`.split(
    /\s+/,
  ),
)

const firstPerson = /\b(?:i|me|my|mine|we|us|our|ours|i'm|i've|i'll|i'd)\b/i
const thirdPerson = /\b(?:he|him|his|she|her|hers|they|them|their)\b/i
const introduction = /^(?:[Ii] am|[Ii]'m|[Mm]y name's|[Cc]all me|(?:[Tt]hey|[Pp]eople) call me)\s+(\p{Lu}[\p{L}'-]+)$/u

/** Null if nothing that was said has most of the question's words. */
function bestStatement(question: string, statements: readonly string[]): string | null {
  const wanted = keywordsOf(question)
  if (wanted.size === 0) return /\bwho am i\b/i.test(question) ? bestStatement('What is my name?', statements) : null
  let best: { readonly statement: string; readonly score: number } | null = null
  for (const statement of statements) {
    const introduced = introduction.exec(statement.replace(/[.!]+$/, ''))?.[1]
    const spoken = introduced === undefined ? statement : `My name is ${introduced}`
    if (!sameVoice(question, spoken)) continue
    const found = keywordsOf(spoken)
    // Only what tells more than the question already says is an answer.
    const score = [...found].some((word) => !wanted.has(word)) ? share(wanted, found) : 0
    if (score > 0.5 && score >= (best?.score ?? 0)) best = { statement: spoken, score }
  }
  return best?.statement ?? null
}

/** "What is her name?" is not answered by "My name is Ada", and "What is my name?" not by "My dog's name is Rex". */
function sameVoice(question: string, statement: string): boolean {
  const holder = /(\p{L}+)['’]s\s/u.exec(statement)?.[1]
  if (holder !== undefined && /\b(?:my|our)\b/i.test(question) && !keywordsOf(question).has(stem(holder.toLowerCase())))
    return emptyWords.has(`${holder}'s`.toLowerCase())
  if (thirdPerson.test(question)) return thirdPerson.test(statement)
  return !firstPerson.test(question) || firstPerson.test(statement) || !thirdPerson.test(statement)
}

/** "What is my phone number?" → "your phone number"; null if the question is not about the user. */
function ownMatter(question: string): string | null {
  const matter = /\b(?:my|our)\s+([\p{L}\p{N}' -]+?)(?:\s+(?:is|are|was|were|again|called))?\s*[?.!]*$/iu.exec(
    question,
  )?.[1]
  if (matter !== undefined) return `your ${matter}`
  return /\b(?:i|we)\b/i.test(question) && keywordsOf(question).size > 0 ? 'that' : null
}

function share(wanted: ReadonlySet<string>, found: ReadonlySet<string>): number {
  return [...wanted].filter((word) => found.has(word)).length / wanted.size
}

function stem(word: string): string {
  const base = word.replace(/'s$/, '')
  if (base.length > 5 && base.endsWith('ing')) return base.slice(0, -3)
  if (base.length > 4 && /(?:ed|es)$/.test(base)) return base.slice(0, -2)
  return base.length > 3 ? base.replace(/[se]$/, '') : base
}
