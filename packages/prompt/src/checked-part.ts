import { frozenJsonObject, isSessError, type JsonObject, utf8Bytes } from '@sess/core'
import { promptInvalid } from './prompt-invalid.ts'
import { assertTextBytes } from './prompt-limits.ts'
import type { PromptPart, PromptScope } from './prompt-part.ts'
import { literalTemplate, parseTemplate, type Template } from './template.ts'
import type { TextCache } from './text-cache.ts'

/** A part whose every field was looked at, as a copy of its own. */
export interface CheckedPart {
  readonly id: string
  readonly name: string
  readonly scope: PromptScope
  readonly priority: number
  readonly active: boolean
  readonly orgId: string | undefined
  readonly userId: string | undefined
  readonly variables: JsonObject
  readonly template: Template
}

export interface PartRules {
  readonly maxPartBytes: number
  readonly templates: TextCache<Template>
}

const noVariables: JsonObject = Object.freeze({})
const maxPriority = 1_000

/**
 * Checks a part of the layer `scope`. Nothing is guessed: a 0 for `active` or a null from a database is an error.
 *
 * @throws {@link SessError} `PROMPT_INVALID`, `PROMPT_TEMPLATE_INVALID` or `TOO_LARGE`.
 */
export function checkedPart(value: unknown, scope: PromptScope, rules: PartRules): CheckedPart {
  if (typeof value !== 'object' || value === null) throw promptInvalid(scope, 'must hold objects only')
  const part = value as { readonly [Field in keyof PromptPart]?: unknown }
  const id = checkedName(part.id, 'id')
  if (part.scope !== scope) throw promptInvalid('scope', `must be '${scope}' in the layer of that name`, id)
  return {
    id,
    name: checkedName(part.name, 'name', id),
    scope,
    priority: checkedPriority(part.priority, id),
    active: checkedActive(part.active, id),
    orgId: checkedOwnerId(part.orgId, 'orgId', scope !== 'global', id),
    userId: checkedOwnerId(part.userId, 'userId', scope === 'user' || scope === 'chat', id),
    variables: checkedVariables(part.variables, id),
    template: checkedBody(part.content, part.template, rules, id),
  }
}

/** @throws {@link SessError} `PROMPT_INVALID` if `value` is not a JSON object. */
export function checkedVariables(value: unknown, partId?: string): JsonObject {
  if (value === undefined) return noVariables
  try {
    return frozenJsonObject(value, 'variables')
  } catch (error) {
    if (!isSessError(error, 'INVALID_ARGUMENT')) throw error
    throw promptInvalid(error.details.field, 'must hold plain JSON', partId)
  }
}

function checkedBody(content: unknown, template: unknown, rules: PartRules, id: string): Template {
  if ((content === undefined) === (template === undefined)) {
    throw promptInvalid('content', 'and template: exactly one of the two must be given', id)
  }
  if (content !== undefined) return literalTemplate(checkedText(content, 'content', rules, id))
  const source = checkedText(template, 'template', rules, id)
  const known = rules.templates.get(source)
  if (known !== undefined) return known
  const parsed = parseTemplate(source, id)
  rules.templates.set(source, parsed)
  return parsed
}

function checkedText(text: unknown, field: string, rules: PartRules, id: string): string {
  if (typeof text !== 'string') throw promptInvalid(field, 'must be a string', id)
  if (!text.isWellFormed()) throw promptInvalid(field, 'holds half a surrogate pair', id)
  assertTextBytes(text, rules.maxPartBytes, id)
  return text
}

function checkedName(value: unknown, field: string, partId?: string): string {
  if (
    typeof value !== 'string' ||
    value === '' ||
    !value.isWellFormed() ||
    value.length > 255 ||
    utf8Bytes(value) > 255
  ) {
    throw promptInvalid(field, 'must be text of 1 to 255 bytes', partId)
  }
  return value
}

function checkedOwnerId(value: unknown, field: string, required: boolean, partId: string): string | undefined {
  if (required) return checkedName(value, field, partId)
  if (value !== undefined) throw promptInvalid(field, 'does not belong to a part of this scope', partId)
  return undefined
}

function checkedPriority(value: unknown, partId: string): number {
  if (value === undefined) return 0
  if (!Number.isInteger(value) || Math.abs(value as number) > maxPriority) {
    throw promptInvalid('priority', `must be an integer from -${maxPriority} to ${maxPriority}`, partId)
  }
  return value as number
}

function checkedActive(value: unknown, partId: string): boolean {
  if (value === undefined) return true
  if (typeof value !== 'boolean') throw promptInvalid('active', 'must be true or false', partId)
  return value
}
