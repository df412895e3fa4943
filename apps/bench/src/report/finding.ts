import type { Cost, Result } from '../measure.ts'
import type { LongestCalls } from '../stores/sweeps.ts'

/** What a ratio should be. Null for figures that are only told. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number } | null

/** A row of a table: one ratio, its goal, and what both sides cost. */
export interface Finding {
  readonly what: string
  /** What it is compared with. */
  readonly against: string
  readonly goal: Goal
  readonly measured: number
  /** @default a ratio */
  readonly unit?: 'ms' | undefined
  readonly own?: Cost | undefined
  readonly other?: Cost | undefined
}

export function isReached({ goal, measured }: Finding): boolean | null {
  if (goal === null) return null
  return 'atLeast' in goal ? measured >= goal.atLeast : measured <= goal.atMost
}

/** Speed as a part of the other's: more is better. */
export function speedFinding(
  what: string,
  results: readonly Result[],
  own: string,
  other: string,
  goal: Goal,
): Finding {
  const { mine, its } = pair(results, own, other)
  return { what, against: other, goal, measured: mine.speedOf.get(other) ?? NaN, own: mine, other: its }
}

/** p50 through the other's: less is better. */
export function latencyFinding(
  what: string,
  results: readonly Result[],
  own: string,
  other: string,
  goal: Goal,
): Finding {
  const { mine, its } = pair(results, own, other)
  return { what, against: other, goal, measured: mine.p50Of.get(other) ?? NaN, own: mine, other: its }
}

/** How much longer a list takes among many than among few. */
export function listFinding(results: readonly Result[], crowds: readonly number[]): Finding {
  const [few = '', many = ''] = crowds.map((others) => `among ${others}`)
  const { mine, its } = pair(results, many, few)
  const measured = its.speedOf.get(many) ?? NaN
  return { what: `list 20 sessions ${many}`, against: few, goal: { atMost: 1.2 }, measured, own: mine, other: its }
}

/** What somebody else's sweep may cost a user's call, and what the longest call takes on this machine when nobody sweeps. */
export function longestFindings({ sweepingNs, idleNs }: LongestCalls): readonly Finding[] {
  const what = 'longest append of a user'
  return [
    { what: `${what} meanwhile`, against: '', goal: { atMost: 50 }, measured: sweepingNs / 1e6, unit: 'ms' },
    { what: `${what} in as long a time without a sweep`, against: '', goal: null, measured: idleNs / 1e6, unit: 'ms' },
  ]
}

function pair(results: readonly Result[], own: string, other: string): { readonly mine: Result; readonly its: Result } {
  const mine = results.find(({ name }) => name === own)
  const its = results.find(({ name }) => name === other)
  if (mine === undefined || its === undefined) throw new Error(`not measured: ${own}, ${other}`)
  return { mine, its }
}
