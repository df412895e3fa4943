import type { JsonValue } from '@sess/core'

/** JSON as RFC 8785 has it: keys sorted by their UTF-16 units, no spaces. The same value gives the same text everywhere. */
export function canonicalJson(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const entries = Object.entries(value as Readonly<Record<string, JsonValue>>)
  // Plain comparison is by UTF-16 units, as the standard wants it.
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${sorted.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`
}
