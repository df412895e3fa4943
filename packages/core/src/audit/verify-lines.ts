import type { AuditHead } from './audit-chain.ts'
import { type AuditKeys, checkedKeys } from './audit-keys.ts'
import type { AuditProblem } from './audit-problem.ts'
import { ChainCheck } from './chain-check.ts'

/** A line of a log. */
export interface AuditLine {
  /** The chain it stands in. */
  readonly chain: string
  readonly text: string
  /** Where it stands, for people: a file and a line. */
  readonly place: string
}

/** Heads by chain. */
export type AuditHeads = Readonly<Record<string, AuditHead>>

/** What an audit log is verified with. */
export interface VerifyOptions {
  /** All keys that records were sealed with. */
  readonly keys: AuditKeys
  /** Heads that were there at earlier times, kept where nobody who can write to the log can change them. */
  readonly anchors?: readonly AuditHeads[] | undefined
  /** Where chains begin whose first files were put away: the heads of the log when it was verified before. */
  readonly start?: AuditHeads | undefined
}

/** Whether an audit log is as it was written, and what is wrong if it is not. */
export interface AuditVerdict {
  /** No chain has a problem. */
  readonly ok: boolean
  /** Records that are right. */
  readonly records: number
  /** The first problem of each chain that has one. */
  readonly problems: readonly AuditProblem[]
  /** How far each chain is right. Keep them elsewhere, as an anchor for the next time. */
  readonly heads: AuditHeads
  /** Records that are older than the one before them: somebody set a clock back. */
  readonly clockStepsBack: number
}

/** Checks chains whose lines come from anywhere, each chain's in order. */
export async function verifyLines(
  lines: AsyncIterable<AuditLine> | Iterable<AuditLine>,
  { keys, anchors = [], start = {} }: VerifyOptions,
): Promise<AuditVerdict> {
  const checkedWith = checkedKeys(keys)
  const checks = new Map<string, ChainCheck>()
  const checkOf = (chain: string): ChainCheck => {
    const known = checks.get(chain)
    if (known !== undefined) return known
    const check = new ChainCheck(chain, {
      keys: checkedWith,
      start: headIn(start, chain),
      anchors: anchors.flatMap((heads) => headIn(heads, chain) ?? []),
    })
    checks.set(chain, check)
    return check
  }
  // A chain of which nothing is left is missed, too.
  for (const heads of [...anchors, start]) for (const chain of Object.keys(heads)) checkOf(chain)
  for await (const { chain, text, place } of lines) checkOf(chain).take(text, place)

  const problems = [...checks.values()].flatMap((check) => check.end() ?? [])
  return Object.freeze({
    ok: problems.length === 0,
    records: sum(checks, ({ records }) => records),
    problems,
    heads: Object.fromEntries([...checks].map(([chain, { head }]) => [chain, head])),
    clockStepsBack: sum(checks, ({ clockStepsBack }) => clockStepsBack),
  })
}

function headIn(heads: AuditHeads, chain: string): AuditHead | null {
  return Object.hasOwn(heads, chain) ? (heads[chain] ?? null) : null
}

function sum(checks: ReadonlyMap<string, ChainCheck>, pick: (check: ChainCheck) => number): number {
  return [...checks.values()].reduce((total, check) => total + pick(check), 0)
}
