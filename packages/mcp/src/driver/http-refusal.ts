import { SessError } from '@sess/core'

/** What a server said instead of answering. */
export interface HttpRefusal {
  readonly status: number
  /** The beginning of the body. Looked at, never shown. */
  readonly text: string
  /** The request named a session of the server. */
  readonly inSession: boolean
}

/** The error for a status that says that the request was not acted on; `undefined` if it may have been. */
export function httpRefusal({ status, text, inSession }: HttpRefusal): SessError | undefined {
  const reason = `the server answered with HTTP ${status}`
  if (status === 401 || status === 403) {
    return new SessError('MCP_AUTH_REQUIRED', `The MCP server asks for other credentials: ${reason}`, { reason })
  }
  // Not every server keeps to 404 for a session that it does not know.
  const lost = status === 404 || (status === 400 && /session|not initiali[sz]ed/i.test(text))
  if (inSession && lost) {
    return new SessError('MCP_SESSION_LOST', `The MCP server has forgotten the session: ${reason}`, { reason })
  }
  if (status < 400 || status >= 500) return undefined
  return new SessError('MCP_PROTOCOL', `The MCP server refuses the request: ${reason}`, { reason })
}
