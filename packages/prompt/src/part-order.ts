import { promptInvalid } from './prompt-invalid.ts'
import type { PromptScope } from './prompt-part.ts'

/**
 * What decides first where a part stands.
 *
 * `scope-first` keeps what all prompts share at the head, where providers' prompt caches find it; `priority-first` lets a
 * user's part of high priority stand before everything.
 */
export type PartOrder = 'scope-first' | 'priority-first'

interface Ranked {
  readonly id: string
  readonly scope: PromptScope
  readonly priority: number
}

const scopeRank: { readonly [Scope in PromptScope]: number } = { global: 0, org: 1, user: 2, chat: 3 }

/** A total order: ids decide last, by code units and never by a locale, so every machine agrees. */
export function partComparer(order: PartOrder = 'scope-first'): (a: Ranked, b: Ranked) => number {
  if (order === 'scope-first') return (a, b) => byScope(a, b) || byPriority(a, b) || byId(a, b)
  if (order === 'priority-first') return (a, b) => byPriority(a, b) || byScope(a, b) || byId(a, b)
  throw promptInvalid('order', "must be 'scope-first' or 'priority-first'")
}

function byScope(a: Ranked, b: Ranked): number {
  return scopeRank[a.scope] - scopeRank[b.scope]
}

function byPriority(a: Ranked, b: Ranked): number {
  return b.priority - a.priority
}

function byId(a: Ranked, b: Ranked): number {
  if (a.id === b.id) return 0
  return a.id < b.id ? -1 : 1
}
