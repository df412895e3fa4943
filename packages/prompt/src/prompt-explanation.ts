import type { CheckedPart } from './checked-part.ts'
import type { LocatedFinding } from './part-findings.ts'
import type { PromptScope } from './prompt-part.ts'
import type { RenderedPart } from './render-part.ts'
import type { VariableOrigin } from './variable-lookup.ts'

/** Why a prompt is as it is. It holds no content and no values, so it may be logged; it names other owners' parts. */
export interface PromptExplanation {
  /** The parts that were used or came out empty, in their order, then those left out. */
  readonly parts: readonly ExplainedPart[]
  /** Errors as well as warnings. */
  readonly findings: readonly LocatedFinding[]
}

/** What became of a part, and why. */
export interface ExplainedPart {
  readonly id: string
  readonly name: string
  readonly scope: PromptScope
  readonly priority: number
  /** `empty` had nothing but whitespace once its variables were filled in. */
  readonly outcome: 'included' | 'empty' | 'inactive' | 'other-owner'
  /** Which variables the template used, and who gave them. None for a part that was left out. */
  readonly variables: readonly { readonly name: string; readonly origin: VariableOrigin }[]
}

/** Explains a part that was filled in. */
export function explainRendered({ part, text, variables }: RenderedPart): ExplainedPart {
  const used = variables.map(({ name, origin }) => ({ name, origin }))
  return explained(part, text === '' ? 'empty' : 'included', used)
}

/** Explains a part that was left out. */
export function explainSkipped(part: CheckedPart, outcome: 'inactive' | 'other-owner'): ExplainedPart {
  return explained(part, outcome, [])
}

function explained(
  { id, name, scope, priority }: CheckedPart,
  outcome: ExplainedPart['outcome'],
  variables: ExplainedPart['variables'],
): ExplainedPart {
  return { id, name, scope, priority, outcome, variables }
}
