/** Something that is wrong with an audit log, and where. */
export interface AuditProblem {
  /**
   * - `edit`: a line is not as it was sealed.
   * - `gap`: records are missing.
   * - `reorder`: a record stands in another place, in another chain, or twice.
   * - `fork`: somebody with a key told the story in two ways.
   * - `truncated`: the end is missing, which only a head that is known from elsewhere can tell.
   * - `unknown-key`: there is no key of its name to check a record with.
   */
  readonly kind: 'edit' | 'gap' | 'reorder' | 'fork' | 'truncated' | 'unknown-key'
  readonly chain: string
  /** The record that should have come. */
  readonly seq: number
  /** The line where it was noticed. */
  readonly place: string
}
