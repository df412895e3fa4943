import { isSessError, type SessErrorCode } from '@sess/core'
import type { ClientFailure } from './client-state.ts'

/** What another try would not change. */
const lasting: ReadonlySet<SessErrorCode> = new Set([
  ...(['MCP_POLICY_DENIED', 'MCP_CONFIG_INVALID', 'MCP_SECRET_UNRESOLVED', 'MCP_FACTORY_MISSING'] as const),
  ...(['MCP_AUTH_REQUIRED', 'MCP_SPAWN_FAILED', 'MCP_CLOSED'] as const),
])

/** Whether another try would end the same. */
export function isLasting(error: unknown): boolean {
  return isSessError(error) && lasting.has(error.code)
}

/** What may be told of an error: its code and one sentence. */
export function failureOf(error: unknown): ClientFailure {
  if (!isSessError(error)) return { code: 'UNKNOWN', reason: 'an error of a kind that is not known' }
  const { reason } = error.details as { readonly reason?: string }
  return { code: error.code, reason: reason ?? error.message }
}
