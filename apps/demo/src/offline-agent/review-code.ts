import type { Skill } from './conversation.ts'
import { shortened } from './sentences.ts'

interface Rule {
  readonly pattern: RegExp
  readonly advice: string
  /** Text in quotes counts too. @default false */
  readonly inStrings?: boolean
}

const rules: readonly Rule[] = [
  { pattern: /[^=!<>]==(?!=)|!=(?!=)/, advice: 'compares loosely; use `===` or `!==`' },
  { pattern: /(?::|\bas|<)\s*any\b/, advice: 'gives up on types with `any`; say what it is, or use `unknown`' },
  { pattern: /@ts-ignore|@ts-nocheck/, advice: 'silences the compiler; mend the type instead', inStrings: true },
  { pattern: /\b(?:TODO|FIXME|XXX)\b/, advice: 'leaves something to do; finish it or open an issue', inStrings: true },
  { pattern: /\bvar\s/, advice: 'uses `var`; `const` or `let` stay in their block' },
  { pattern: /\bconsole\.(?:log|debug)\(/, advice: 'logs to the console; remove it or use a logger' },
  { pattern: /catch\s*(?:\([^)]*\))?\s*\{\s*\}/, advice: 'swallows the error; handle it or let it through' },
  { pattern: /\beval\(|new Function\(/, advice: 'runs text as code; find a way without it' },
  {
    pattern: /\b(?:select|insert into|update|delete from)\b.*(?:\$\{|['"`]\s*\+)/i,
    advice: 'builds SQL from text; pass the values as parameters',
    inStrings: true,
  },
  {
    pattern: /\b(?:password|secret|token|api_?key)\w*\s*[:=]\s*['"`][^'"`]+['"`]/i,
    advice: 'has a secret in the code; read it from the environment',
    inStrings: true,
  },
]

/** Reviews code, where the chat is for it or the user asks for it. */
export const reviewCode: Skill = ({ systemPrompt, text }) => {
  const isReviewer = /\breview/i.test(systemPrompt)
  const asked = /\breview|\bcheck\b|\bwrong with\b|\bfind (?:the )?(?:bug|problem|mistake)s?\b/i.test(text)
  const code = codeIn(text)
  if (code !== null && (isReviewer || asked)) return review(code)
  if (code === null && asked && /\b(?:code|function|snippet|pull request|patch)\b/i.test(text))
    return 'Gladly. Send me the code, best between ``` fences.'
  return null
}

/** The code in a message: what is fenced, or the lines that look like it. Null if there is none. */
export function codeIn(text: string): string | null {
  const fenced = /```[\w-]*\n?([\s\S]*?)(?:```|$)/.exec(text)?.[1]
  if (fenced !== undefined) return fenced.replace(/\n$/, '')
  const lines = text
    .split('\n')
    .filter((line) =>
      /[;{}]\s*$|=>|[=!]==?|\b(?:const|let|var)\s+[\w{[].*=|\bfunction\b.*\(|\w\(.*\)|^\s*\/\//.test(line),
    )
  // "Please review: if (a == b) run()": what leads up to the code is none of it.
  return lines.length === 0 ? null : lines.map((line) => line.replace(/^[\p{L}\s,]+:\s+/u, '')).join('\n')
}

function review(code: string): string {
  const lines = code.split('\n')
  const asyncNames = [...code.matchAll(/async function (\w+)|(\w+)\s*=\s*async\b/g)].map(([, a, b]) => a ?? b ?? '')
  const findings = lines.flatMap((line, index) => {
    const plain = withoutStrings(line)
    const advice = rules.filter((rule) => rule.pattern.test(rule.inStrings ? line : plain)).map((rule) => rule.advice)
    if (forgetsAwait(plain, asyncNames)) advice.push('does not wait for a promise; add `await`')
    return advice.map((text) => `- line ${index + 1}, \`${shortened(line, 60)}\`: ${text}.`)
  })
  const size = `${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`
  if (findings.length === 0) return `I read ${size} and found nothing I would change.`
  return `I read ${size} and would change ${findings.length === 1 ? 'this' : `these ${findings.length} things`}:\n${findings.join('\n')}`
}

function forgetsAwait(line: string, asyncNames: readonly string[]): boolean {
  if (/\b(?:await|return|yield|void|function)\b|=>|\.then\(/.test(line)) return false
  const called = [...line.matchAll(/(\.?\w+)\(/g)].map(([, name]) => name ?? '')
  return called.some((name) => ['fetch', '.json', '.save', ...asyncNames].includes(name)) && !/\basync\b/.test(line)
}

function withoutStrings(line: string): string {
  return line.replaceAll(/(['"`])(?:\\.|(?!\1).)*\1/g, '$1$1')
}
