import { isSessError } from '@sess/core'

/** What failed, in one line: of a failing agent the reason it gave. */
export function explained(error: unknown): string {
  if (isSessError(error, 'AGENT_FAILED')) return `${error.code}: ${explained(error.cause)}`
  if (isSessError(error)) return `${error.code}: ${error.message}`
  return error instanceof Error ? error.message : String(error)
}
