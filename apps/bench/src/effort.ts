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
}

export const fullEffort: Effort = {
  rounds: 12,
  fewRounds: 4,
  size: (full) => full,
  load: (operations, concurrency) => ({ operations, concurrency }),
}

export const quickEffort: Effort = {
  rounds: 1,
  fewRounds: 1,
  size: (full) => Math.max(Math.min(10, full), Math.ceil(full / 1000)),
  load: (operations, concurrency) => ({ operations: Math.max(20, Math.ceil(operations / 500)), concurrency }),
}
