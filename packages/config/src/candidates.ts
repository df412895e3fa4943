import { Assignments } from './kinds/assignments.ts'
import { Unfit } from './kinds/kind.ts'
import type { Problems, Subject } from './problems.ts'
import type { Setting } from './settings/setting.ts'
import type { Value } from './value.ts'

/** How strong a source is: a variable beats a file, a file beats a default. */
export type Strength = 0 | 1 | 2

/** A value that somebody gave for a place of the configuration. */
export interface Candidate {
  readonly value: unknown
  readonly strength: Strength
  readonly subject: Subject
}

/** What was given for each place, and by whom. */
export class Candidates {
  readonly #byTarget = new Map<string, Candidate[]>()
  readonly #given: { readonly setting: Setting; readonly subject: Subject }[] = []

  /** Reads what is given for a setting; what does not fit is told. */
  read(setting: Setting, given: Value, strength: Strength, subject: Subject, problems: Problems): void {
    this.#given.push({ setting, subject })
    const value = setting.kind.read(given)
    if (value instanceof Unfit) problems.add(subject, value.problem)
    else if (value instanceof Assignments)
      for (const [target, part] of value.values) this.#add(target, { value: part, strength, subject })
    else if (setting.target !== null) this.#add(setting.target, { value, strength, subject })
  }

  of(target: string): readonly Candidate[] {
    return this.#byTarget.get(target) ?? []
  }

  /** Settings that were given, whatever became of them. */
  get given(): readonly { readonly setting: Setting; readonly subject: Subject }[] {
    return this.#given
  }

  #add(target: string, candidate: Candidate): void {
    this.#byTarget.set(target, [...this.of(target), candidate])
  }
}
