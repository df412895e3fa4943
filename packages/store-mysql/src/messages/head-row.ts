import { type RawBuilder, sql } from 'kysely'
import { lockedNow } from '../sql/sql-builder.ts'

const idColumns = ['session_id', 'chat_id', 'owner', 'org', 'log_id'] as const

const numberColumns = [
  'status',
  'pending_ms',
  'ends_at',
  'last_active_at',
  'expires_at',
  'overflow',
  'first_seq',
  'last_seq',
  'beginning_seq',
  'marked_seq',
  'open_calls',
  'fence',
  'turn_runs',
] as const

const nullableColumns = ['idle_ms', 'max_messages', 'last_message_at'] as const

/** A head row of a session or a chat, as the flush of appends reads it. */
export type HeadRow = Readonly<
  Record<(typeof idColumns)[number], Buffer> &
    Record<(typeof numberColumns)[number] | 'now', number> &
    Record<(typeof nullableColumns)[number], number | null>
>

/** A row that is one column. */
export interface PackedHead {
  readonly head: Buffer
}

/**
 * All of a row in one column. A server describes each column of an answer, and the driver reads that every time: for the two
 * rows of an append that costs more than all of their values.
 */
export const packedHead: RawBuilder<Buffer> = sql<Buffer>`concat(${refs(idColumns)}, concat_ws(',',
  ${refs(numberColumns)}, ${lockedNow}, ${sql.join(nullableColumns.map((name) => sql`ifnull(${sql.ref(name)}, '')`))}))`

const idBytes = 16

export function unpackedHead({ head }: PackedHead): HeadRow {
  const row: Record<string, Buffer | number | null> = {}
  let at = 0
  for (const name of idColumns) {
    row[name] = head.subarray(at, at + idBytes)
    at += idBytes
  }
  const numbers = head.toString('latin1', at).split(',')
  for (const [index, name] of [...numberColumns, 'now'].entries()) row[name] = Number(numbers[index])
  for (const [index, name] of nullableColumns.entries()) {
    const number = numbers[numberColumns.length + 1 + index]
    row[name] = number === '' ? null : Number(number)
  }
  return row as HeadRow
}

function refs(names: readonly string[]): RawBuilder<unknown> {
  return sql.join(names.map((name) => sql.ref(name)))
}
