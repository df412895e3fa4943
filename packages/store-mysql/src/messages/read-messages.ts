import {
  type ChatRef,
  chatNotFound,
  invalidArgument,
  type MessagePage,
  type MessageRange,
  type SessionCodec,
  sessionExpired,
  sessionNotFound,
} from '@sess/core'
import type { Call } from '../connection/call.ts'
import { idBytes, ownerBytes } from '../sql/bytes.ts'
import { noChat } from '../sql/sql-builder.ts'
import type { StoreParts } from '../store-parts.ts'
import type { PageRow } from './message-statements.ts'
import { type MessageRow, openedMessage } from './stored-message.ts'

export async function readMessages(
  { codecs, database, messages }: StoreParts,
  call: Call,
  ref: ChatRef,
  range: MessageRange,
): Promise<MessagePage> {
  const { before, after, offset, limit } = checkedRange(range)
  const session = idBytes(ref.session.id)
  if (session === null) throw sessionNotFound(ref.session.id)
  const chat = idBytes(ref.id)
  const place = wholeNumber(before ?? after ?? offset ?? 0)
  let page = messages.readNewest
  if (before !== undefined) page = messages.readBefore
  else if (after !== undefined) page = messages.readAfter
  else if (offset !== undefined) page = messages.readOffset
  const rows = await database.read(call, (reader) => reader.rows(page({ session, chat: chat ?? noChat, limit, place })))
  const row = rows.find(({ owner }) => owner !== null)
  if (!row?.owner?.equals(ownerBytes(ref.session.owner))) throw sessionNotFound(ref.session.id)
  if (Number(row.now) >= Number(row.expires_at)) throw sessionExpired(ref.session.id)
  if (chat === null || row.first_seq === null || row.last_seq === null) throw chatNotFound(ref.id)
  const opened = (codec: SessionCodec | null) => rows.filter(hasMessage).map((one) => openedMessage(codec, ref.id, one))
  const found = codecs === null ? opened(null) : await codecs.read(ref.session, call, opened)
  return { messages: Object.freeze(found), firstSeq: Number(row.first_seq), lastSeq: Number(row.last_seq) }
}

function hasMessage(row: PageRow): row is PageRow & MessageRow {
  return row.seq !== null
}

/** Bounds past every seq, as infinity is, are all the same. */
function wholeNumber(place: number): number {
  return Math.min(Math.ceil(place), Number.MAX_SAFE_INTEGER - 10_000)
}

function checkedRange(range: MessageRange): MessageRange {
  const { before, after, offset, limit } = range
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw invalidArgument('limit', 'must be a whole number from 1 to 1,000')
  if ([before, after, offset].filter((place) => place !== undefined).length > 1) {
    throw invalidArgument('range', 'takes one of before, after and offset')
  }
  for (const [name, place] of Object.entries({ before, after, offset })) {
    if (place !== undefined && !(place >= 0)) throw invalidArgument(name, 'must be a number from 0 up')
  }
  return range
}
