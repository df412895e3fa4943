import { type JsonValue, jsonEquals } from '@sess/core'
import type { Candidate, Candidates } from './candidates.ts'
import type { Problems, Subject } from './problems.ts'
import { Secret } from './secret.ts'
import { allSettings } from './settings/all-settings.ts'
import { nowhere } from './value.ts'

const primaries = new Map(
  allSettings.flatMap((setting) =>
    setting.fallback === undefined || setting.target === null ? [] : [[setting.target, setting] as const],
  ),
)

/** The strongest value of each place in the configuration, and where it comes from. */
export class Chosen {
  readonly #values = new Map<string, Candidate>()

  /** Of two values that are equally strong, both have to be the same. */
  constructor(candidates: Candidates, problems: Problems) {
    for (const [target, { key, fallback }] of primaries) {
      const unset: Candidate = { value: fallback, strength: 0, subject: { file: null, key, ...nowhere } }
      const given = candidates.of(target)
      const best = given.reduce((a, b) => (b.strength > a.strength ? b : a), unset)
      this.#values.set(target, best)
      for (const other of given) {
        if (other.strength === best.strength && !isSame(other.value, best.value))
          problems.add(other.subject, `disagrees with ${nameOf(best.subject)}, which says the same thing otherwise`)
      }
    }
  }

  get(target: string): Candidate {
    const candidate = this.#values.get(target)
    if (candidate === undefined) throw new Error(`${target} is no place in the configuration`)
    return candidate
  }

  /** Takes a value back that a stronger one elsewhere makes pointless. */
  clear(target: string): void {
    this.#values.set(target, { ...this.get(target), value: null, strength: 0 })
  }

  entries(): IterableIterator<[string, Candidate]> {
    return this.#values.entries()
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return jsonEquals(revealed(a), revealed(b))
}

function revealed(value: unknown): JsonValue {
  if (value instanceof Secret) return value.reveal()
  if (Array.isArray(value)) return value.map(revealed)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revealed(item)]))
  return value as JsonValue
}

/** A subject in the middle of a sentence. */
function nameOf({ key, line }: Subject): string {
  return line === null ? `${key}` : `${key} in line ${line}`
}
