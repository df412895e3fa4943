import { isSessError, type SessErrorCode } from '@sess/core'

/** An error as RFC 9457 has it. `code` is a stable code of sess, `details` its facts. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly details: object
}

/** What the server says of itself, where no code of sess fits. */
export type ServerCode = 'SIGNED_OUT' | 'ORIGIN_REFUSED' | 'ROUTE_NOT_FOUND' | 'BODY_TOO_LARGE' | 'INTERNAL'

/** An error that was not made by sess. */
export class ServerError extends Error {
  readonly code: ServerCode
  readonly status: number

  constructor(code: ServerCode, status: number, message: string) {
    super(message)
    this.code = code
    this.status = status
  }
}

/** What the page is told of an error. Of one that nobody expected it is told nothing. */
export function problemOf(error: unknown): Problem {
  if (isSessError(error)) {
    // What an agent throws is made for people; see endpoint-error.ts.
    const reason = error.code === 'AGENT_FAILED' && error.cause instanceof Error ? { reason: error.cause.message } : {}
    return problem(error.code, statusOf(error.code), error.message, { ...error.details, ...reason })
  }
  if (error instanceof ServerError) return problem(error.code, error.status, error.message, {})
  return problem('INTERNAL', 500, 'something went wrong in the server', {})
}

function problem(code: string, status: number, title: string, details: object): Problem {
  return { type: `urn:sess:${code.toLowerCase().replaceAll('_', '-')}`, title, status, code, details }
}

function statusOf(code: SessErrorCode): number {
  const known = statuses[code]
  if (known !== undefined) return known
  if (code.endsWith('NOT_FOUND')) return 404
  if (code.startsWith('MCP_') || code.startsWith('WORKSPACE_') || code.startsWith('PROMPT_')) return 422
  return 500
}

const statuses: Partial<Record<SessErrorCode, number>> = {
  INVALID_ARGUMENT: 400,
  CURSOR_INVALID: 400,
  MCP_POLICY_DENIED: 403,
  SESSION_EXISTS: 409,
  SESSION_PAUSED: 409,
  SESSION_ARCHIVED: 409,
  SESSION_CLOSED: 409,
  SESSION_LIMIT_REACHED: 409,
  CHAT_LIMIT_REACHED: 409,
  MESSAGE_LIMIT_REACHED: 409,
  CONTEXT_LIMIT_REACHED: 409,
  MESSAGE_CONFLICT: 409,
  VERSION_CONFLICT: 409,
  TURN_IN_PROGRESS: 409,
  TURN_LOST: 409,
  TURN_INTERRUPTED: 409,
  SESSION_EXPIRED: 410,
  TOO_LARGE: 413,
  IMPORT_INVALID: 422,
  AGENT_FAILED: 502,
  STORE_UNAVAILABLE: 503,
  CLOSED: 503,
}
