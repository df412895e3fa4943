import {
  frozenJsonObject,
  isSessError,
  type JsonObject,
  type JsonValue,
  jsonBytes,
  type ResourceHolder,
  SessError,
} from '@sess/core'
import type { McpProgress, McpToolResult } from '../driver/mcp-driver.ts'
import { aboutServer, mcpError } from '../mcp-error.ts'
import type { ListedTool } from '../tools/catalogue.ts'
import type { SchemaChecker } from '../tools/schema-checker.ts'
import { serverOf } from '../tools/tool-name.ts'
import { keptResult } from '../tools/tool-outcome.ts'
import type { Connected } from './client-host.ts'
import { ClientReports } from './client-reports.ts'
import type { HeldClients, HubParts } from './held-clients.ts'
import type { KeptServers } from './kept-servers.ts'

/** How a tool is called. */
export interface ToolCallOptions {
  readonly signal?: AbortSignal | undefined
  /** How long the call may be silent; progress starts it anew. @default the hub's `callMs` */
  readonly timeoutMs?: number | undefined
  /** Told whenever the server says how far it has got. */
  readonly onProgress?: ((progress: McpProgress) => void) | undefined
}

/** Calls a tool by its public name, once, and tells of it. See {@link McpClients.callTool}. */
export async function callTool(
  session: ResourceHolder,
  clients: HeldClients,
  servers: KeptServers,
  parts: HubParts,
  call: { readonly name: string; readonly input: unknown },
  options: ToolCallOptions,
): Promise<McpToolResult> {
  const startedAt = performance.now()
  const kept = servers.get(serverOf(call.name))
  if (kept === undefined) throw notFound('the session has no server of that name')
  const { id: server } = kept.config
  const reports = new ClientReports(session, parts.logger)
  // Only names that a server has are told of: others are what a model made up.
  let tool: string | null = null
  const told = async (outcome: string, bytes: number | null): Promise<void> =>
    await reports.called({ server, tool, durationMs: Math.round(performance.now() - startedAt), outcome, bytes })
  try {
    const input = checkedInput(call.input, server, parts.limits.inputBytes)
    const { signal, timeoutMs = parts.timeouts.callMs, onProgress } = options
    const leave = await clients.gate.enter(server, timeoutMs, signal)
    let result: McpToolResult
    try {
      const held = clients.held(session, kept)
      const totalTimeoutMs = Math.max(timeoutMs, parts.timeouts.callTotalMs)
      const once = async (connected: Connected) => {
        // Looked at anew for each connection: another one may have other tools.
        const listed = await held.tool(call.name, connected, kept.pins)
        tool = listed.name
        assertFits(parts.schemas, server, listed, input)
        const { connection } = connected
        const answer = await connection.callTool(listed.definition.name, input, {
          timeoutMs,
          totalTimeoutMs,
          signal,
          onProgress,
        })
        return checkedResult(parts.schemas, server, listed, answer, parts.limits.resultBytes)
      }
      result = await held.client.use(async (connected) => {
        try {
          return await once(connected)
        } catch (error) {
          signal?.throwIfAborted()
          // Both say that nothing has run. What may have run is never sent again.
          if (!isSessError(error, 'MCP_SESSION_LOST') && !isSessError(error, 'MCP_NOT_CONNECTED')) throw error
          return await once(await held.client.renew(connected, signal))
        }
      }, signal)
    } finally {
      leave()
    }
    await told(result.isError ? 'error' : 'ok', jsonBytes(result as unknown as JsonValue))
    return result
  } catch (error) {
    if (isSessError(error, 'AUDIT_FAILED')) throw error
    const failure = aboutServer(error, server, 'MCP_OUTCOME_UNKNOWN', tool ?? undefined)
    const isAbort = options.signal?.aborted === true
    await told(isAbort && !isSessError(error) ? 'ABORTED' : failure.code, null)
    options.signal?.throwIfAborted()
    throw failure
  }
}

function checkedInput(input: unknown, server: string, maxBytes: number): JsonObject {
  let copy: JsonObject
  try {
    copy = frozenJsonObject(input, 'arguments')
  } catch (error) {
    throw mcpError('MCP_ARGS_INVALID', server, 'the arguments must be an object of JSON', { cause: error })
  }
  const bytes = jsonBytes(copy)
  if (bytes > maxBytes) throw mcpError('MCP_ARGS_INVALID', server, `the arguments have more than ${maxBytes} bytes`)
  return copy
}

function assertFits(schemas: SchemaChecker, server: string, { name, definition }: ListedTool, input: JsonObject): void {
  const finding = schemas.check(definition.inputSchema, input)
  if (finding === null) return
  throw mcpError('MCP_ARGS_INVALID', server, `the arguments do not fit: ${finding.problem}`, { tool: name })
}

function checkedResult(
  schemas: SchemaChecker,
  server: string,
  { name, definition }: ListedTool,
  answer: McpToolResult,
  maxBytes: number,
): McpToolResult {
  const invalid = (reason: string) =>
    mcpError('MCP_RESULT_INVALID', server, `the tool has run, and ${reason}`, { tool: name })
  const bytes = Buffer.byteLength(JSON.stringify([answer.content, answer.structuredContent]))
  if (bytes > maxBytes) {
    const reason = `the tool has run, and its result has ${bytes} bytes where ${maxBytes} may be taken`
    throw new SessError('MCP_RESULT_TOO_LARGE', `${server}, ${name}: ${reason}`, {
      server,
      tool: name,
      reason,
      maxBytes,
    })
  }
  const result = keptResult(answer)
  if (result === null) throw invalid('its result is nested too deep')
  if (definition.outputSchema === undefined || result.isError) return result
  if (result.structuredContent === undefined) throw invalid('its result lacks the structured content it promised')
  const finding = schemas.check(definition.outputSchema, result.structuredContent)
  if (finding !== null) throw invalid(`its result does not fit: ${finding.problem}`)
  return result
}

function notFound(reason: string): SessError {
  return new SessError('MCP_TOOL_NOT_FOUND', `no such tool: ${reason}`, { reason })
}
