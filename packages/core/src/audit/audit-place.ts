import type { AuditHeads } from './verify-lines.ts'

/** Where the lines of an audit log are kept. */
export interface AuditPlace {
  /**
   * Keeps lines of a chain after those it has. Resolves once all of them are kept.
   *
   * A rejection may leave any number of them there, in their order: the chain is not gone on with, so that no place of it can
   * be taken twice.
   */
  append(chain: string, firstSeq: number, lines: readonly string[]): Promise<void>
  /** How far the newest chains have got. What is cut off or taken away of them is missed by whoever notes it. */
  heads(): Promise<AuditHeads>
  /** Gives back what was opened. */
  close(): Promise<void>
}
