import { SessError } from '@sess/core'
import { causes, failureCode } from '../http/failure-facts.ts'
import type { AttemptFailure } from './attempt.ts'

export interface RequestContext {
  /** What was asked for, such as `tools/call`. */
  readonly method: string
  readonly tool?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Why the connection is over, if it is. */
  readonly endReason?: string | undefined
}

/** The one place where it is decided what a failed request means. */
export function requestError(failure: AttemptFailure, context: RequestContext): unknown {
  const { error, by, delivery } = failure
  const acts = context.method === 'tools/call'
  const about = context.tool === undefined ? {} : { tool: context.tool }
  if (delivery.answered && by === 'library') return refused(error, about)
  if (delivery.refusal !== undefined) return delivery.refusal
  if (acts && delivery.sent) {
    const own = causes(error).find((cause) => cause instanceof SessError && cause.code === 'MCP_RESULT_TOO_LARGE')
    return own ?? unknownOutcome(failure, context)
  }
  if (by === 'abort') return context.signal?.reason
  if (by === 'time') return timedOut(failure, context)
  const own = causes(error).find((cause) => cause instanceof SessError)
  if (own !== undefined) return own
  if (delivery.sent && context.endReason === undefined) return misunderstood(error)
  const reason = context.endReason ?? 'there is no connection'
  return new SessError(
    'MCP_NOT_CONNECTED',
    `The MCP server is not connected: ${reason}`,
    { ...about, reason },
    causeOf(error),
  )
}

function unknownOutcome(failure: AttemptFailure, context: RequestContext): SessError {
  const how = {
    abort: 'the call was aborted',
    time: `there was no answer within ${failure.waitedMs} ms`,
    library: context.endReason ?? 'the connection broke',
  }
  const reason = how[failure.by]
  const cause = failure.by === 'abort' ? { cause: context.signal?.reason } : causeOf(failure.error)
  return new SessError('MCP_OUTCOME_UNKNOWN', `The tool may have run: ${reason}`, { tool: context.tool, reason }, cause)
}

function timedOut({ waitedMs }: AttemptFailure, { method }: RequestContext): SessError {
  return new SessError('MCP_TIMEOUT', `No answer to ${method} within ${waitedMs} ms`, {
    phase: method,
    timeoutMs: waitedMs,
  })
}

/** The server's own words are content: they are in the cause, and not in the message. */
function refused(error: unknown, about: { readonly tool?: string }): SessError {
  const code = error instanceof Error && 'code' in error && Number.isSafeInteger(error.code) ? ` ${error.code}` : ''
  const reason = `the server answered with error${code}`
  return new SessError(
    'MCP_PROTOCOL',
    `The MCP server refuses the request: ${reason}`,
    { ...about, reason },
    { cause: error },
  )
}

function misunderstood(error: unknown): SessError {
  const reason = 'the answer is not one of MCP'
  return new SessError(
    'MCP_PROTOCOL',
    `The MCP server does not keep to the protocol: ${reason}`,
    { reason },
    causeOf(error),
  )
}

/** An error is kept as the cause if it is one of the system: others quote what was received. */
function causeOf(error: unknown): { readonly cause?: unknown } {
  return failureCode(error) === undefined ? {} : { cause: error }
}
