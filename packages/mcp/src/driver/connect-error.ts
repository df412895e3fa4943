import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { OAuthError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { isSessError, SessError } from '@sess/core'
import { causes, failureCode, httpStatus } from '../http/failure-facts.ts'
import type { AttemptFailure } from './attempt.ts'

export interface ConnectContext {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Why the connection is over, if it is. */
  readonly endReason?: string | undefined
  /** The version of the protocol that the server answered with. */
  readonly offeredVersion?: string | undefined
}

/** The one place where it is decided what a failed connect means. */
export function connectError({ error, by, delivery }: AttemptFailure, context: ConnectContext): unknown {
  if (by === 'abort') return context.signal?.reason
  if (by === 'time') return timedOut(context)
  const own = causes(error).find((cause) => isSessError(cause))
  if (own !== undefined && !isSessError(own, 'MCP_NOT_CONNECTED')) return own
  const status = httpStatus(error)
  if (status === 401 || status === 403 || isAboutCredentials(error)) return unauthorized()
  if (context.endReason !== undefined) return failed(context.endReason)
  if (delivery.answered) return otherProtocol(context)
  if (status !== undefined) return failed(`the server answered with HTTP ${status}`)
  const code = failureCode(error)
  if (code !== undefined) return failed(`the server could not be reached (${code})`, error)
  return delivery.sent ? noProtocol() : failed('the connection could not be opened')
}

/** Of an authorization server, too: one that refuses the client, or what the user granted. */
function isAboutCredentials(error: unknown): boolean {
  return causes(error).some((cause) => cause instanceof UnauthorizedError || cause instanceof OAuthError)
}

function timedOut({ timeoutMs }: ConnectContext): SessError {
  return new SessError('MCP_CONNECT_TIMEOUT', `The MCP server was not ready within ${timeoutMs} ms`, { timeoutMs })
}

function unauthorized(): SessError {
  return new SessError('MCP_AUTH_REQUIRED', 'The MCP server asks for other credentials', {})
}

function failed(reason: string, cause?: unknown): SessError {
  const options = cause === undefined ? undefined : { cause }
  return new SessError('MCP_CONNECT_FAILED', `The MCP server could not be connected: ${reason}`, { reason }, options)
}

function otherProtocol({ offeredVersion }: ConnectContext): SessError {
  const version = offeredVersion !== undefined && /^[\w.-]{1,32}$/.test(offeredVersion) ? offeredVersion : undefined
  const reason = version === undefined ? 'it does not initialise as it should' : `it speaks version ${version}`
  return new SessError('MCP_PROTOCOL', `The MCP server does not speak our protocol: ${reason}`, { reason })
}

function noProtocol(): SessError {
  const reason = 'what it answers is not MCP'
  return new SessError('MCP_PROTOCOL', `The MCP server does not speak our protocol: ${reason}`, { reason })
}
