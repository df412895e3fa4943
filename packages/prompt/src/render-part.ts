import type { JsonObject } from '@sess/core'
import { callerText, escapeXml } from './caller-text.ts'
import type { CheckedPart } from './checked-part.ts'
import { assertTextBytes, type PromptLimits } from './prompt-limits.ts'
import { findVariable, type VariableOrigin } from './variable-lookup.ts'

/** A part with its variables filled in. */
export interface RenderedPart {
  readonly part: CheckedPart
  readonly text: string
  readonly variables: readonly UsedVariable[]
}

interface UsedVariable {
  readonly name: string
  readonly origin: VariableOrigin
  /** What the caller said, before it was escaped; null if the value is the operator's or no text. */
  readonly callerText: string | null
}

export interface RenderSettings {
  readonly callerVariables: JsonObject
  readonly composerVariables: JsonObject
  readonly limits: PromptLimits
}

/**
 * Fills in the variables in one pass: what was inserted is never looked at again.
 * Then CRLF becomes LF and whitespace at the end goes; nothing else is rewritten.
 */
export function renderPart(part: CheckedPart, settings: RenderSettings): RenderedPart {
  const { literals, variables } = part.template
  const sources = { caller: settings.callerVariables, part: part.variables, composer: settings.composerVariables }
  const used: UsedVariable[] = []
  let text = literals[0] ?? ''
  for (const [index, variable] of variables.entries()) {
    const { origin, value } = findVariable(variable, sources, part.id)
    const said = origin === 'caller' && typeof value === 'string'
    const checked = said ? callerText(value, variable.name, settings.limits.maxVariableLength) : null
    used.push({ name: variable.name, origin, callerText: checked })
    text += (checked === null ? String(value) : escapeXml(checked)) + (literals[index + 1] ?? '')
  }
  text = (text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text).trimEnd()
  assertTextBytes(text, settings.limits.maxPartBytes, part.id)
  return { part, text, variables: used }
}
