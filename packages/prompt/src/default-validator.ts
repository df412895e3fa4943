import { hasControlCharacter, hasHiddenText } from './hidden-text.ts'
import type { PromptFinding, ValidationContext } from './prompt-validator.ts'

interface Rule {
  readonly name: string
  readonly pattern: RegExp
  /** What a match means, by who wrote the text. */
  readonly severity: { readonly [source in ValidationContext['source']]: PromptFinding['severity'] }
}

const alwaysError = { operator: 'error', caller: 'error' } as const
const callerError = { operator: 'warning', caller: 'error' } as const
const alwaysWarning = { operator: 'warning', caller: 'warning' } as const

/** Patterns are linear: no nested repetition, and every gap is bounded. */
const markers: readonly Rule[] = [
  {
    // The control tokens of ChatML, Llama, Mistral, Gemma, DeepSeek and of dotprompt: a model or a renderer may obey them.
    name: 'chat-marker',
    pattern:
      /<(?:[|｜][\w▁]{1,40}[|｜]>|<\/?SYS>>|(?:start|end)_of_turn>|<<dotprompt:)|\[\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]/,
    severity: alwaysError,
  },
  {
    // How completion models were told apart who speaks. Operators write it in examples, so for them it is a warning.
    name: 'role-marker',
    pattern: /(?:^|\n[ \t]*\n)[ \t]*(?:Human|Assistant):|(?:^|\n)### (?:Instruction|Response):/,
    severity: callerError,
  },
]

const invisibles: readonly Rule[] = [
  // What people read is then not what the model reads.
  { name: 'bidi-override', pattern: /[\u202D\u202E]/, severity: callerError },
  { name: 'invisible-character', pattern: /[\u200B\u2060-\u2064\uFEFF]/, severity: alwaysWarning },
]

/** Anything that may be invisible. Most texts hold nothing of the kind, so one search spares them the finer ones. */
const unseen = /[^\P{C}\n\t]|[\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}]/u

/** Phrases prove nothing, and filters for them can't prevent injection: they are for whoever reads the log. */
const suspicious: RegExp =
  /\b(?:ignore|disregard|forget|override)\b[^.\n]{0,40}\b(?:instructions?|prompts?|rules)\b|\byou are now\b|\bact as\b|\bpretend to be\b|\b(?:reveal|print|repeat|show)\b[^.\n]{0,40}\b(?:system prompt|instructions)\b|\bjailbreak\b/i

/**
 * The validator of a composer that was given no other. Errors are about structure: control characters, text that hides,
 * chat-template markers and, in the caller's text, forged roles and reversed writing. Phrases only warn.
 */
export function defaultValidator(text: string, { source }: ValidationContext): readonly PromptFinding[] {
  const findings: PromptFinding[] = []
  applyRules(markers, text, source, findings)
  const hasUnseen = unseen.test(text)
  if (hasUnseen) {
    if (hasControlCharacter(text)) findings.push({ rule: 'control-character', severity: 'error' })
    if (hasHiddenText(text)) findings.push({ rule: 'hidden-text', severity: 'error' })
    applyRules(invisibles, text, source, findings)
  }
  // A zero-width character inside a word must not hide the phrase.
  if (source === 'caller' && suspicious.test(hasUnseen ? text.replace(/\p{Cf}/gu, '') : text)) {
    findings.push({ rule: 'suspicious-phrase', severity: 'warning' })
  }
  return findings
}

function applyRules(
  rules: readonly Rule[],
  text: string,
  source: ValidationContext['source'],
  findings: PromptFinding[],
): void {
  for (const { name, pattern, severity } of rules) {
    const position = text.search(pattern)
    if (position !== -1) findings.push({ rule: name, severity: severity[source], position })
  }
}
