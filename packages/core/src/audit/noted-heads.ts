import type { AuditHead } from './audit-chain.ts'
import { opened } from './audit-record.ts'
import type { AuditHeads } from './verify-lines.ts'

/** The head of a chain whose last line this is; null if it is no record. What it says is not checked. */
export function headOfLine(line: string): AuditHead | null {
  const parts = opened(line)
  return parts === null ? null : { seq: parts.record.seq, mac: parts.mac }
}

/**
 * The heads of others that a writer found when it began, from the first line of its chain: anchors for {@link verifyLines}. The line
 * itself is checked with the rest of its chain.
 */
export function notedHeads(firstLine: string): AuditHeads {
  const record = opened(firstLine)?.record
  const heads = record?.type === 'chain-started' ? record.details.heads : undefined
  if (typeof heads !== 'object' || heads === null || Array.isArray(heads)) return {}
  const entries = Object.entries(heads).flatMap(([name, head]) => {
    const [seq, mac] = Array.isArray(head) ? head : []
    return typeof seq === 'number' && typeof mac === 'string' ? [[name, { seq, mac }] as const] : []
  })
  return Object.fromEntries(entries)
}
