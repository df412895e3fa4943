import { createHash } from 'node:crypto'
import type { JsonValue } from '@sess/core'
import type { McpTool } from '../driver/mcp-driver.ts'
import { canonicalJson } from './canonical-json.ts'

/** Names a definition of a tool: another description, schema or hint is another hash, another order of keys is not. */
export function definitionHash({ name, title, description, inputSchema, outputSchema, annotations }: McpTool): string {
  const definition: readonly JsonValue[] = [
    name,
    title ?? null,
    description ?? null,
    inputSchema,
    outputSchema ?? null,
    annotations ?? null,
  ]
  return createHash('sha256')
    .update(`sess/mcp/tool/1\0${canonicalJson(definition)}`)
    .digest('base64url')
}
