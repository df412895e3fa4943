import type { KeyObject } from 'node:crypto'
import type { AuditHead } from './audit-chain.ts'
import type { AuditProblem } from './audit-problem.ts'
import { type AuditRecord, macOf, opened } from './audit-record.ts'

/** What a chain is checked with. */
export interface ChainCheckOptions {
  readonly keys: ReadonlyMap<string, KeyObject>
  /** Where it begins, null for its first record. */
  readonly start: AuditHead | null
  /** Heads that it is known to have had. */
  readonly anchors: readonly AuditHead[]
}

type Kind = AuditProblem['kind']

/** Follows one chain line by line. Its first problem is the one that counts. */
export class ChainCheck {
  readonly #chain: string
  readonly #keys: ReadonlyMap<string, KeyObject>
  readonly #anchors: readonly AuditHead[]
  #head: AuditHead
  #problem: AuditProblem | null = null
  #place: string
  #at = ''
  #records = 0
  #clockStepsBack = 0

  constructor(chain: string, { keys, start, anchors }: ChainCheckOptions) {
    this.#chain = chain
    this.#place = chain
    this.#keys = keys
    this.#head = start ?? { seq: 0, mac: '' }
    this.#anchors = anchors.filter(({ seq }) => seq > this.#head.seq)
  }

  get head(): AuditHead {
    return this.#head
  }

  get records(): number {
    return this.#records
  }

  get clockStepsBack(): number {
    return this.#clockStepsBack
  }

  /** Takes the next line. */
  take(line: string, place: string): void {
    this.#place = place
    const kind = this.#problemWith(line)
    if (kind !== null) this.#note(kind)
  }

  /** There are no more lines. @returns what is wrong, null if nothing is. */
  end(): AuditProblem | null {
    if (this.#anchors.some(({ seq }) => seq > this.#head.seq)) this.#note('truncated')
    return this.#problem
  }

  #problemWith(line: string): Kind | null {
    const parts = opened(line)
    if (parts === null) return 'edit'
    const { record, body, mac } = parts
    const key = this.#keys.get(record.kid)
    if (key === undefined) return 'unknown-key'
    if (macOf(body, key) !== mac) return 'edit'
    if (record.chain !== this.#chain) return 'reorder'
    if (this.#problem === null) return this.#follow(record, mac)
    // What was missed stands further down: it was not taken away, but moved.
    if (this.#problem.kind === 'gap' && record.seq === this.#problem.seq)
      this.#problem = { ...this.#problem, kind: 'reorder' }
    return null
  }

  #follow({ seq, prev, at }: AuditRecord, mac: string): Kind | null {
    if (seq > this.#head.seq + 1) return 'gap'
    if (seq <= this.#head.seq) return seq === this.#head.seq && mac !== this.#head.mac ? 'fork' : 'reorder'
    if (prev !== this.#head.mac) return 'fork'
    if (this.#anchors.some((anchor) => anchor.seq === seq && anchor.mac !== mac)) return 'fork'
    if (at < this.#at) this.#clockStepsBack++
    this.#at = at
    this.#head = { seq, mac }
    this.#records++
    return null
  }

  #note(kind: Kind): void {
    this.#problem ??= { kind, chain: this.#chain, seq: this.#head.seq + 1, place: this.#place }
  }
}
