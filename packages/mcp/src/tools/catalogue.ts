import { frozenJsonObject, type JsonValue, jsonBytes, utf8Bytes } from '@sess/core'
import type { McpTool } from '../driver/mcp-driver.ts'
import { definitionHash } from './definition-hash.ts'
import { publicToolName } from './tool-name.ts'

/** A tool of a server, as it was last listed. */
export interface ListedTool {
  /** What models call it. */
  readonly name: string
  readonly definition: McpTool
  readonly hash: string
}

/** The tools of a server, by their public names. */
export interface Catalogue {
  readonly tools: ReadonlyMap<string, ListedTool>
  /** Entries that were left out, as many as are worth telling of. No text of the server but the name, if it is one. */
  readonly dropped: readonly { readonly tool: string | null; readonly reason: string }[]
}

const maxNameLength = 128
const maxDescriptionBytes = 4_096
const maxSchemaBytes = 65_536
const maxSchemaNodes = 5_000
const maxCatalogueBytes = 1_048_576
const maxDroppedTold = 20

/** Takes what a server lists, entry by entry: one that is too large or makes no sense harms no other. */
export function catalogueOf(server: string, listed: readonly McpTool[], maxTools: number): Catalogue {
  const tools = new Map<string, ListedTool>()
  const dropped: { tool: string | null; reason: string }[] = []
  let bytes = 0
  for (const entry of listed) {
    const tool = typeof entry.name === 'string' && entry.name.length <= maxNameLength ? entry.name : null
    const drop = (reason: string) => dropped.length < maxDroppedTold && dropped.push({ tool, reason })
    const definition = copied(entry)
    const problem = definition === null ? 'it is no JSON, or too deep' : problemOf(definition)
    if (definition === null || problem !== null) {
      drop(problem ?? '')
      continue
    }
    const name = publicToolName(server, definition.name)
    const size = jsonBytes(definition as unknown as JsonValue)
    if (tools.has(name)) drop('another one has its name')
    else if (tools.size >= maxTools) drop(`there are more than ${maxTools}`)
    else if (bytes + size > maxCatalogueBytes) drop('all tools together are too large')
    else {
      bytes += size
      tools.set(name, Object.freeze({ name, definition, hash: definitionHash(definition) }))
    }
  }
  return { tools, dropped }
}

function copied({ name, title, description, inputSchema, outputSchema, annotations }: McpTool): McpTool | null {
  try {
    const copy = { name, title, description, inputSchema, outputSchema, annotations }
    return frozenJsonObject(copy, 'tool') as unknown as McpTool
  } catch {
    return null
  }
}

function problemOf({ name, title, description = '', inputSchema, outputSchema }: McpTool): string | null {
  if (typeof name !== 'string' || name === '') return 'it has no name'
  if (name.length > maxNameLength) return `its name has more than ${maxNameLength} characters`
  if (typeof description !== 'string' || utf8Bytes(description) > maxDescriptionBytes)
    return `its description has more than ${maxDescriptionBytes} bytes`
  if (title !== undefined && (typeof title !== 'string' || title.length > maxNameLength * 2))
    return 'its title is too long'
  return (
    schemaProblem(inputSchema, 'input') ?? (outputSchema === undefined ? null : schemaProblem(outputSchema, 'output'))
  )
}

function schemaProblem(schema: JsonValue | undefined, kind: string): string | null {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return `its ${kind} schema is none`
  if (jsonBytes(schema) > maxSchemaBytes) return `its ${kind} schema has more than ${maxSchemaBytes} bytes`
  return nodesOf(schema) > maxSchemaNodes ? `its ${kind} schema has more than ${maxSchemaNodes} parts` : null
}

function nodesOf(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((sum: number, item: JsonValue) => sum + nodesOf(item), 1)
}
