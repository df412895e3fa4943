import { isSessError, type McpDetails, SessError, type SessErrorCode, type SessErrorDetails } from '@sess/core'

type PlainCode = { [Code in SessErrorCode]: McpDetails extends SessErrorDetails[Code] ? Code : never }[SessErrorCode] &
  `MCP_${string}`

/** An error about a server. `reason` is one sentence without content and secrets. */
export function mcpError<Code extends PlainCode>(
  code: Code,
  server: string,
  reason: string,
  more: { readonly tool?: string | undefined; readonly cause?: unknown } = {},
): SessError {
  const { tool, cause } = more
  const about = tool === undefined ? server : `${server}, ${tool}`
  return new SessError(code, `${about}: ${reason}`, { server, tool, reason } as SessErrorDetails[Code], { cause })
}

/** The error for a configuration that is wrong. `field` is its name there. */
export function configInvalid(
  field: string,
  problem: string,
  place: { readonly server?: string | undefined; readonly line?: number | undefined } = {},
): SessError<'MCP_CONFIG_INVALID'> {
  const where = place.line === undefined ? '' : `line ${place.line}: `
  return new SessError('MCP_CONFIG_INVALID', `${where}${field} ${problem}`, { field, reason: problem, ...place })
}

/** The error as one about this server. What is no error of sess becomes one of `code`, and is its cause. */
export function aboutServer(error: unknown, server: string, code: PlainCode, tool?: string): SessError {
  if (!isSessError(error)) return mcpError(code, server, 'it failed in a way that is not known', { tool, cause: error })
  const details = error.details as McpDetails
  if (!error.code.startsWith('MCP_') || details.server !== undefined) return error
  const about = tool === undefined ? server : `${server}, ${tool}`
  const more = { ...details, server, ...(tool !== undefined && { tool }) } as SessErrorDetails[typeof error.code]
  return new SessError(error.code, `${about}: ${error.message}`, more, { cause: error })
}
