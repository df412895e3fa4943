import { type CallOptions, type Owner, SessError } from '@sess/core'
import { type CheckedPart, checkedPart, type PartRules } from './checked-part.ts'
import { promptInvalid } from './prompt-invalid.ts'
import type { PromptPart, PromptScope } from './prompt-part.ts'

/** The parts of one scope: a list, or a question to wherever they are kept. */
export type PromptLayer<Part extends PromptPart> = readonly Part[] | PromptLookup<Part>

/**
 * Finds the parts of one owner, active or not. It is asked anew for every prompt, so edits count at once.
 *
 * A part of another owner in the answer fails the prompt: that is how a query without its `WHERE` shows itself.
 */
export type PromptLookup<Part extends PromptPart> = (owner: Owner, options: CallOptions) => Promise<readonly Part[]>

/** Answers all parts of a list, also those of others, or the owner's parts from a lookup. */
export type LayerReader = (
  owner: Owner,
  options: CallOptions,
) => readonly CheckedPart[] | Promise<readonly CheckedPart[]>

/** Checks a list at once and a lookup's answers as they come. */
export function layerReader(layer: unknown, scope: PromptScope, rules: PartRules): LayerReader {
  if (typeof layer === 'function') {
    return async (owner, options) => {
      const rows: unknown = await layer(owner, options)
      if (!Array.isArray(rows)) throw promptInvalid(scope, 'must find an array of parts')
      return Array.from(rows, (row) => ownPart(checkedPart(row, scope, rules), owner))
    }
  }
  if (layer !== undefined && !Array.isArray(layer))
    throw promptInvalid(scope, 'must be an array of parts or a function')
  const parts = Array.from(layer ?? [], (part) => checkedPart(part, scope, rules))
  assertDistinct(parts)
  return () => parts
}

/** Whether the part is for this owner. Ids are compared exactly: no wildcards, no case folding. */
export function belongsTo(part: CheckedPart, owner: Owner): boolean {
  if (part.orgId !== undefined && part.orgId !== owner.orgId) return false
  return part.userId === undefined || part.userId === owner.userId
}

/** The error for an id that stands for two parts, which no order and no message could tell apart. */
export function duplicateId(partId: string): SessError<'PROMPT_INVALID'> {
  return promptInvalid('id', 'is taken by another part', partId)
}

function ownPart(part: CheckedPart, owner: Owner): CheckedPart {
  if (belongsTo(part, owner)) return part
  const message = `the ${part.scope} lookup answered prompt part ${JSON.stringify(part.id)} of another owner`
  throw new SessError('PROMPT_OWNER_MISMATCH', message, { partId: part.id })
}

/** Two owners may use the same id. */
function assertDistinct(parts: readonly CheckedPart[]): void {
  const seen = new Set<string>()
  for (const { orgId, userId, id } of parts) {
    const key = JSON.stringify([orgId, userId, id])
    if (seen.has(key)) throw duplicateId(id)
    seen.add(key)
  }
}
