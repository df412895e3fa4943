import type { Transaction } from '../connection/database.ts'
import type { StoreParts } from '../store-parts.ts'
import type { AddedMessage } from './heads.ts'

/** Inserts messages: in one statement, or in as few as the server takes. */
export async function insertMessages(
  { limits, messages }: StoreParts,
  transaction: Transaction,
  added: readonly AddedMessage[],
): Promise<void> {
  let rows: AddedMessage['row'][] = []
  let bytes = 0
  for (const { row, draft } of added) {
    if (rows.length > 0 && bytes + draft.bytes > limits.statementBytes) {
      await transaction.run(messages.insert({ rows }))
      rows = []
      bytes = 0
    }
    rows.push(row)
    bytes += draft.bytes
  }
  if (rows.length > 0) await transaction.run(messages.insert({ rows }))
}
