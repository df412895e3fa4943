import type { JsonObject, JsonValue, ToolOutcome } from '@sess/core'
import type { McpToolResult } from '../driver/mcp-driver.ts'

const maxDepth = 60

/** What a server answered as JSON that a store can keep. Null if it is nested too deep. */
export function keptResult({ content, structuredContent, isError }: McpToolResult): McpToolResult | null {
  const kept = wellFormed(content, 0)
  const structured = structuredContent === undefined ? undefined : wellFormed(structuredContent, 0)
  if (kept === null || structured === null) return null
  return Object.freeze({
    content: kept as readonly JsonObject[],
    ...(structured !== undefined && { structuredContent: structured as JsonObject }),
    isError,
  })
}

/** What a model is told: the structured content if there is some, else the text if there is only text, else all the content. */
export function toolOutcome({ content, structuredContent, isError }: McpToolResult): ToolOutcome {
  if (structuredContent !== undefined && !isError) return { output: structuredContent, isError }
  const texts = content.flatMap(({ type, text }) => (type === 'text' && typeof text === 'string' ? [text] : []))
  return { output: texts.length === content.length ? texts.join('\n') : content, isError }
}

/** A frozen copy without half surrogate pairs, which UTF-8 can't keep. */
function wellFormed(value: JsonValue | undefined, depth: number): JsonValue | null {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object' || value === null) return value ?? null
  if (depth > maxDepth) return null
  if (Array.isArray(value)) {
    const items = value.map((item) => (item === null ? null : wellFormed(item, depth + 1)))
    return items.some((item, index) => item === null && value[index] !== null) ? null : Object.freeze(items)
  }
  const entries = Object.entries(value as JsonObject).filter(([, item]) => item !== undefined)
  const copies = entries.map(([key, item]) => [key.toWellFormed(), wellFormed(item, depth + 1)] as const)
  if (copies.some(([, copy], index) => copy === null && entries[index]?.[1] !== null)) return null
  return Object.freeze(Object.fromEntries(copies))
}
