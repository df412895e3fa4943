import type { JsonValue } from '@sess/core'
import type { McpTool } from '../driver/mcp-driver.ts'

/** What looks wrong in a tool's texts. `hidden` keeps the tool in quarantine; the rest are warnings. */
export type Finding = 'hidden-text' | 'instructions' | 'secret-path' | 'other-tools'

/**
 * Characters that a person who reviews a definition does not see, or sees in another order: controls and escape sequences, zero
 * width, bidirectional overrides, tags. Joiners and the selector that emoji and Indic scripts need pass, and so do line ends.
 */
const hidden = /(?!\u200c|\u200d|\ufe0f|[\t\n\r])[\p{Default_Ignorable_Code_Point}\p{Cc}\u2028\u2029\ufff9-\ufffb]/u

const instructions =
  /\b(ignore|disregard|forget|override)\b[^.]{0,40}\b(previous|prior|above|earlier|other|all)\b[^.]{0,40}\b(instructions?|prompts?|rules|tools?)\b|\bdo(n't| not) (tell|inform|mention|show|reveal)\b[^.]{0,30}\buser\b|<\/?(system|important|instructions?|secret)>|\bsystem prompt\b/i

const secretPath =
  /~?\/?\.ssh\b|\bid_(rsa|ed25519|ecdsa)\b|\.aws\/credentials|\.netrc\b|\/etc\/(passwd|shadow)\b|(^|[\s/"'`])\.env\b|\.kube\/config|\.npmrc\b/i

/** Looks at every text of a definition, keys of its schemas included. */
export function definitionFindings(tool: McpTool, otherServers: readonly string[]): readonly Finding[] {
  const texts = [...textsOf({ ...tool } as Readonly<Record<string, JsonValue>>)]
  const found = (pattern: RegExp): boolean => texts.some((text) => pattern.test(text))
  const findings: Finding[] = []
  if (found(hidden)) findings.push('hidden-text')
  if (found(instructions)) findings.push('instructions')
  if (found(secretPath)) findings.push('secret-path')
  if (texts.some((text) => otherServers.some((server) => text.includes(`${server}__`)))) findings.push('other-tools')
  return findings
}

function* textsOf(value: JsonValue | undefined): Generator<string> {
  if (typeof value === 'string') yield value
  else if (Array.isArray(value)) for (const item of value) yield* textsOf(item)
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value as Readonly<Record<string, JsonValue>>)) {
      yield key
      yield* textsOf(item)
    }
}
