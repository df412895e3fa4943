import { SessError } from '@sess/core'
import type { CheckedPart } from './checked-part.ts'
import { promptInvalid } from './prompt-invalid.ts'
import type { PromptFinding, PromptValidator, ValidationContext } from './prompt-validator.ts'
import type { RenderedPart } from './render-part.ts'

/** A finding, and where it was made. */
export interface LocatedFinding extends PromptFinding {
  readonly partId: string
  readonly source: ValidationContext['source']
  /** The caller's variable, if `source` is `caller`. */
  readonly variable?: string | undefined
}

/** What was found in parts as they are without a caller's values. */
export type KnownFindings = WeakMap<CheckedPart, readonly LocatedFinding[]>

/** Everything the validator finds in a part: in its text, and in each of the caller's texts there. */
export function partFindings(
  { part, text, variables }: RenderedPart,
  validator: PromptValidator,
  known: KnownFindings,
): readonly LocatedFinding[] {
  // Who gives a value may change from one request to the next, so this is asked before what is known.
  const lasting = variables.every(({ origin }) => origin !== 'caller')
  const before = lasting ? known.get(part) : undefined
  if (before !== undefined) return before
  const findings = locatedFindings(text, validator, { partId: part.id, source: 'operator' })
  for (const { name, callerText } of variables) {
    if (callerText === null) continue
    findings.push(...locatedFindings(callerText, validator, { partId: part.id, source: 'caller' }, name))
  }
  if (lasting) known.set(part, findings)
  return findings
}

/** @throws {@link SessError} `PROMPT_REJECTED` if there are errors among the findings. Rules are named, text never. */
export function rejectErrors(findings: readonly LocatedFinding[]): void {
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return
  const reasons = errors.map(({ rule, partId }) => `${rule} in part ${JSON.stringify(partId)}`)
  throw new SessError('PROMPT_REJECTED', `the prompt was rejected: ${reasons.join(', ')}`, {
    findings: errors.map(({ rule, partId }) => ({ rule, partId })),
  })
}

function locatedFindings(
  text: string,
  validator: PromptValidator,
  context: ValidationContext,
  variable?: string,
): LocatedFinding[] {
  const place = variable === undefined ? context : { ...context, variable }
  return checkedFindings(validator(text, context)).map((finding) => ({ ...finding, ...place }))
}

/** A validator that answers something else (a promise, say) must not pass for one that found nothing. */
function checkedFindings(answer: unknown): readonly PromptFinding[] {
  if (!Array.isArray(answer)) throw promptInvalid('validator', 'must answer an array of findings')
  return answer.map(({ rule, severity, position }: { readonly [field: string]: unknown }) => {
    if (typeof rule !== 'string' || rule === '' || rule.length > 64) {
      throw promptInvalid('validator', 'must name its rules in 1 to 64 characters')
    }
    if (severity !== 'error' && severity !== 'warning')
      throw promptInvalid('validator', 'knows the severities error and warning')
    return typeof position === 'number' ? { rule, severity, position } : { rule, severity }
  })
}
