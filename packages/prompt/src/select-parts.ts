import type { Owner } from '@sess/core'
import type { CheckedPart } from './checked-part.ts'
import { belongsTo, duplicateId } from './prompt-layer.ts'
import { assertPartCount } from './prompt-limits.ts'

/** Parts by what becomes of them. */
export interface Selection {
  /** Active and the owner's, in the order of the prompt. */
  readonly used: readonly CheckedPart[]
  readonly inactive: readonly CheckedPart[]
  readonly foreign: readonly CheckedPart[]
}

export interface SelectionRules {
  readonly compare: (a: CheckedPart, b: CheckedPart) => number
  readonly maxParts: number
}

/**
 * Picks the owner's parts from all layers.
 *
 * @throws {@link SessError} `PROMPT_INVALID` if two of the owner's parts share an id, active or not; `TOO_LARGE` if more
 * are active than a prompt may have.
 */
export function selectParts(
  layers: readonly (readonly CheckedPart[])[],
  owner: Owner,
  { compare, maxParts }: SelectionRules,
): Selection {
  const used: CheckedPart[] = []
  const inactive: CheckedPart[] = []
  const foreign: CheckedPart[] = []
  const ids = new Set<string>()
  for (const layer of layers) {
    for (const part of layer) {
      if (!belongsTo(part, owner)) {
        foreign.push(part)
        continue
      }
      if (ids.has(part.id)) throw duplicateId(part.id)
      ids.add(part.id)
      if (part.active) used.push(part)
      else inactive.push(part)
    }
  }
  assertPartCount(used.length, maxParts)
  return { used: used.sort(compare), inactive, foreign }
}
