import type { Insertable } from 'kysely'
import type { Transaction } from '../connection/database.ts'
import { difference } from '../sql/difference.ts'
import { encodePayload } from '../sql/payload.ts'
import type { ChatTable, HeadTable } from '../sql/tables.ts'
import type { StoreParts } from '../store-parts.ts'
import type { ChatState } from './chat-state.ts'

/** Writes what differs between a locked chat as it was read and as it should be. */
export async function saveChat(
  { rows }: StoreParts,
  transaction: Transaction,
  before: ChatState,
  after: ChatState,
): Promise<void> {
  const { sessionKey: session_id, key } = after
  const head = difference(chatHeadColumns(before), chatHeadColumns(after))
  if (head !== null) await transaction.run(rows.update('head', { session_id, chat_id: key }, head))
  const record = difference(chatColumns(before), chatColumns(after))
  if (record !== null) await transaction.run(rows.update('chat', { session_id, id: key }, record))
}

type HeadColumns = Insertable<
  Pick<
    HeadTable,
    | 'max_messages'
    | 'overflow'
    | 'first_seq'
    | 'last_seq'
    | 'beginning_seq'
    | 'marked_seq'
    | 'open_calls'
    | 'last_message_at'
    | 'fence'
    | 'turn_id'
    | 'turn_runs'
    | 'lease_ends_at'
    | 'interrupted'
  >
>

export function chatHeadColumns(chat: ChatState): HeadColumns {
  return {
    max_messages: chat.maxMessages,
    overflow: Number(chat.overflow === 'reject'),
    first_seq: chat.firstSeq,
    last_seq: chat.lastSeq,
    beginning_seq: chat.beginningSeq,
    marked_seq: chat.markedSeq,
    open_calls: chat.openCalls,
    last_message_at: chat.lastMessageAt,
    fence: chat.fence,
    turn_id: chat.turnId,
    turn_runs: Number(chat.turnRuns),
    lease_ends_at: chat.leaseEndsAt,
    interrupted: Number(chat.interrupted),
  }
}

type RecordColumns = Insertable<Omit<ChatTable, 'session_id' | 'id' | 'caller_key' | 'created_at'>>

export function chatColumns(chat: ChatState): RecordColumns {
  return {
    version: chat.version,
    updated_at: chat.updatedAt,
    turn_figures: encodePayload({ ...chat.turns }),
    operations: encodePayload(chat.operations.map((operation) => ({ ...operation })) as never),
    data: encodePayload(chat.data),
  }
}
