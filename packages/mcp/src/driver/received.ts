import { type JsonObject, SessError } from '@sess/core'
import type { McpPrompt, McpResource, McpTool, McpToolResult } from './mcp-driver.ts'

/** Reads what a server lists: only what can be worked with, and only the fields that the port has. The rest is `undefined`. */
export function asTool(entry: unknown): McpTool | undefined {
  if (!isObject(entry) || typeof entry.name !== 'string' || !isObject(entry.inputSchema)) return undefined
  return {
    name: entry.name,
    inputSchema: entry.inputSchema,
    ...texts(entry, ['title', 'description']),
    ...(isObject(entry.outputSchema) && { outputSchema: entry.outputSchema }),
    ...(isObject(entry.annotations) && { annotations: entry.annotations }),
  }
}

export function asResource(entry: unknown): McpResource | undefined {
  if (!isObject(entry) || typeof entry.uri !== 'string' || typeof entry.name !== 'string') return undefined
  return { uri: entry.uri, name: entry.name, ...texts(entry, ['title', 'description', 'mimeType']) }
}

export function asPrompt(entry: unknown): McpPrompt | undefined {
  if (!isObject(entry) || typeof entry.name !== 'string') return undefined
  const { arguments: input } = entry
  return {
    name: entry.name,
    ...texts(entry, ['title', 'description']),
    ...(input !== undefined && { arguments: input }),
  }
}

/** @throws {@link SessError} `MCP_RESULT_INVALID` if it is no result of a tool. The tool has run. */
export function asToolResult(tool: string, result: JsonObject): McpToolResult {
  const { content = [], structuredContent, isError } = result
  if (!Array.isArray(content) || !content.every(isObject)) throw invalid(tool)
  if (structuredContent !== undefined && !isObject(structuredContent)) throw invalid(tool)
  return { content, isError: isError === true, ...(structuredContent !== undefined && { structuredContent }) }
}

function texts<Key extends string>(entry: JsonObject, keys: readonly Key[]): { [K in Key]?: string } {
  const found: { [K in Key]?: string } = {}
  for (const key of keys) {
    const value = entry[key]
    if (typeof value === 'string') found[key] = value
  }
  return found
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(tool: string): SessError {
  const reason = 'the result is not one of MCP'
  return new SessError('MCP_RESULT_INVALID', `The tool has run, and ${reason}`, { tool, reason })
}
