import { createHmac, type KeyObject } from 'node:crypto'
import type { JsonObject } from '../json.ts'

/** One line of an audit log. */
export interface AuditRecord {
  readonly v: 1
  /** Who wrote it: each writer has a chain of its own, so that none waits for another. */
  readonly chain: string
  /** 1, 2, 3 … in its chain. */
  readonly seq: number
  /** When, UTC to the millisecond, by the clock of the process it happened in. */
  readonly at: string
  readonly type: string
  readonly outcome: 'ok' | 'failed'
  /** The organisation, null for what the log says of itself. */
  readonly org: string | null
  /** The user, or what stands in the user's place. */
  readonly user: string | null
  readonly actor: string | null
  readonly session: string | null
  readonly chat: string | null
  readonly details: JsonObject
  /** The name of the key of its MAC. */
  readonly kid: string
  /** The MAC of the record before, '' for the first. */
  readonly prev: string
}

/** A record as a line, and its MAC. */
export interface SealedRecord {
  /** Without a line end. */
  readonly line: string
  readonly mac: string
}

/** HMAC-SHA-256 over the text of the record, the MAC of the one before in it. */
export function sealed(record: AuditRecord, key: KeyObject): SealedRecord {
  const body = oneLine(JSON.stringify(record))
  const mac = macOf(body, key)
  return { line: `${body.slice(0, -1)},"mac":"${mac}"}`, mac }
}

/** A line taken apart; null if it is no record. What it says is not checked yet. */
export function opened(
  line: string,
): { readonly record: AuditRecord; readonly body: string; readonly mac: string } | null {
  const parts = /^(\{"v":1,.*),"mac":"([\w-]{43})"\}$/.exec(line)
  if (parts === null) return null
  const [, open = '', mac = ''] = parts
  try {
    return { record: JSON.parse(`${open}}`) as AuditRecord, body: `${open}}`, mac }
  } catch {
    return null
  }
}

export function macOf(body: string, key: KeyObject): string {
  return createHmac('sha256', key).update('sess-audit-1\0').update(body).digest('base64url')
}

/** JSON leaves these as they are, and a terminal or an editor takes them for ends of lines or for commands. */
function oneLine(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
