import type { Effort } from '../effort.ts'
import type { Finding } from './finding.ts'

/** Rows of a table that are measured together, on a server. */
export interface RowGroup<Place> {
  /** What a run can be limited to, see {@link Effort.wants}. */
  readonly name: string
  readonly measure: (place: Place, effort: Effort) => AsyncIterable<Finding>
}
