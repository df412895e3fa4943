import type { Load } from './closed-loop.ts'

/** How much is measured: all that a figure needs, or just enough to see that it runs. */
export interface Effort {
  /** Rounds of cheap operations. */
  readonly rounds: number
  /** Rounds of what takes seconds. */
  readonly fewRounds: number
  /** Sizes of the data: a chat of 100,000 messages and the like. */
  size(full: number): number
  load(operations: number, concurrency: number): Load
  /** Whether rows of this name are to be measured. */
  wants(name: string): boolean
}

export const fullEffort: Effort = {
  rounds: 12,
  fewRounds: 4,
  size: (full) => full,
  load: (operations, concurrency) => ({ operations, concurrency }),
  wants: () => true,
}

export const quickEffort: Effort = {
  rounds: 1,
  fewRounds: 1,
  size: (full) => Math.max(Math.min(10, full), Math.ceil(full / 1000)),
  load: (operations, concurrency) => ({ operations: Math.max(20, Math.ceil(operations / 500)), concurrency }),
  wants: () => true,
}

/** Only rows that have all words of one of these texts in their name: `mysql append 64`. */
export function limitedTo(texts: readonly string[], effort: Effort): Effort {
  if (texts.length === 0) return effort
  const wanted = texts.map((text) => text.toLowerCase().split(/\s+/))
  return {
    ...effort,
    wants: (name) => wanted.some((words) => words.every((word) => name.toLowerCase().includes(word))),
  }
}
