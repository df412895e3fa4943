const questionStart =
  /^(?:when(?=['’]s|\s+(?:is|are|was|were|do|does|did|can|could|will|would|should)\b)|what|where|who|whom|whose|which|why|how|do|does|did|is|are|am|was|were|can|could|will|would|should|have|has|may)\b/i

/** Words that need no capital inside a sentence. */
const smallStart =
  /^(?:the|an?|this|that|these|those|it|there|he|she|they|his|her|their|you|your|if|in|on|at|every|all|some)\b/i

const requestStart =
  /^(?:tell|explain|describe|write|give|show|send|make|create|translate|help|list|draw|find|search|look|generate|repeat|quote|say|count|review|check|summari[sz]e|recap|compare|let's|let me|try|stop|forget|answer|suggest|recommend)\b/i

/** Words that only lead up to what is said; "No, …" does, "No one …" does not. */
const filler =
  /^(?:(?:and|but|also|by the way|please|hi|hello|hey)\b[\s,:!.–-]*|(?:no|yes|well|actually|oh|ok|okay|so|sorry)(?:\s*[,:!.–]\s*|$))/i
const request =
  /^(?:(?:note|know|keep in mind|i said|i mean)(?:\s+that\b|\s*[:,])|(?:remember|don't forget)\b(?:\s+that\b)?)[\s,:]*/i

/** The sentences of a text, without the words that only lead up to them ("Actually, …", "Please remember that …"). */
export function sentencesOf(text: string): readonly string[] {
  return text
    .replaceAll(/```[\s\S]*?(?:```|$)/g, '\n')
    .split(/(?<=[.!?])\s+|\n+|;\s+/)
    .map((sentence) => bare(sentence.trim()))
    .filter((sentence) => /\p{L}|\d/u.test(sentence))
}

/** Whether a sentence asks something. */
export function isQuestion(sentence: string): boolean {
  return sentence.endsWith('?') || questionStart.test(sentence)
}

/** Whether a sentence wants something done. */
export function isRequest(sentence: string): boolean {
  return requestStart.test(sentence)
}

/** Whether a sentence tells something. */
export function isStatement(sentence: string): boolean {
  return !isQuestion(sentence) && !isRequest(sentence)
}

/** The sentence as the other side would say it: "My name is Ada" → "your name is Ada". */
export function toSecondPerson(sentence: string): string {
  return replacedWords(sentence.replace(/[.!?]+$/, ''), firstToSecond).replace(smallStart, (word) => word.toLowerCase())
}

/** "You work for Acme" → "I work for Acme". */
export function toFirstPerson(sentence: string): string {
  return replacedWords(sentence.replace(/[.!?]+$/, ''), secondToFirst)
}

/** With a capital at the beginning and a full stop at the end. */
export function asSentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?…”]$/.test(capital) ? capital : `${capital}.`
}

/** At most `maxLength` characters, on one line. */
export function shortened(text: string, maxLength = 100): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1).trimEnd()}…`
}

const firstToSecond: Readonly<Record<string, string>> = {
  ...{ i: 'you', "i'm": "you're", "i've": "you've", "i'll": "you'll", "i'd": "you'd", me: 'you', my: 'your' },
  ...{ mine: 'yours', myself: 'yourself', am: 'are', we: 'you', "we're": "you're", "we've": "you've" },
  ...{ "we'll": "you'll", us: 'you', our: 'your', ours: 'yours' },
}

const secondToFirst: Readonly<Record<string, string>> = {
  ...{ you: 'I', "you're": "I'm", "you've": "I've", "you'll": "I'll", your: 'my', yours: 'mine', yourself: 'myself' },
}

function replacedWords(sentence: string, words: Readonly<Record<string, string>>): string {
  return sentence
    .replaceAll('’', "'")
    .replaceAll(/\bI was\b/gi, 'I were')
    .replaceAll(/\byou are\b/gi, words === secondToFirst ? 'I am' : '$&')
    .replaceAll(/[\p{L}']+/gu, (word) =>
      Object.hasOwn(words, word.toLowerCase()) ? (words[word.toLowerCase()] ?? word) : word,
    )
}

function bare(sentence: string): string {
  const shorter = sentence.replace(filler, '').replace(request, '')
  return shorter === sentence ? sentence : bare(shorter)
}
