import type { ColumnType } from 'kysely'

/** Names in code to what a driver hands out: BIGINT as number, as all of ours stay below 2^53, binary columns as bytes. */
export interface Tables {
  session: SessionTable
  chat: ChatTable
  head: HeadTable
  message: MessageTable
  context: ContextTable
  owner: OwnerTable
  quota: QuotaTable
  deletion: DeletionTable
  garbage: GarbageTable
  migration: MigrationTable
  audit: AuditTable
}

/** Text or bytes go in, bytes come out. */
type Bytes = ColumnType<Buffer, Buffer | string, Buffer | string>
type NullableBytes = ColumnType<Buffer | null, Buffer | string | null, Buffer | string | null>
type Defaulted<Value> = ColumnType<Value, Value | undefined, Value>

/** The record of a session, and what its lists are sorted by. */
export interface SessionTable {
  id: Bytes
  owner: Bytes
  org: Bytes
  org_id: Bytes
  user_id: Bytes
  caller_key: NullableBytes
  version: number
  idle_ms: number | null
  absolute_ms: number | null
  active_chat: NullableBytes
  created_at: number
  updated_at: number
  /** The last 16 operations, 16 bytes each, oldest first. */
  operations: Bytes
  claim: NullableBytes
  claimed_until: Defaulted<number>
  /** Left the counters because it has expired. */
  lapsed: Defaulted<number>
  /** Minutes since 1970: lists by activity and the search for expired sessions are as coarse as that. */
  active_minute: number
  due_minute: number
  tags: Bytes
  data: Bytes
  /** Keys of its codec. */
  codec_keys: Defaulted<Buffer | null>
}

/**
 * The narrow rows that writes contend for, in one table so that one statement locks, and one writes, all that a write
 * touches. Three kinds: of a session (`chat_id` is zero), of a chat, and tallies of an organisation or of the store
 * (`session_id` is the scope, `chat_id` the number of the shard), which only have `chats` and `messages`.
 */
export interface HeadTable {
  session_id: Bytes
  chat_id: Bytes
  chats: Defaulted<number>
  messages: Defaulted<number>

  owner: Defaulted<Buffer>
  org: Defaulted<Buffer>
  status: Defaulted<number>
  idle_ms: Defaulted<number | null>
  pending_ms: Defaulted<number>
  /** `never` if there is no absolute end. */
  ends_at: Defaulted<number>
  last_active_at: Defaulted<number>
  expires_at: Defaulted<number>
  context_keys: Defaulted<number>
  context_bytes: Defaulted<number>

  /** What its messages are filed under: never used again, so that a chat made anew under the same id begins empty. */
  log_id: Defaulted<Buffer>
  max_messages: Defaulted<number | null>
  overflow: Defaulted<number>
  first_seq: Defaulted<number>
  last_seq: Defaulted<number>
  /** The newest message where a history may begin; before `first_seq` if there is none. */
  beginning_seq: Defaulted<number>
  /** No message after this one is anything but a place where a history may begin. */
  marked_seq: Defaulted<number>
  open_calls: Defaulted<number>
  last_message_at: Defaulted<number | null>
  fence: Defaulted<number>
  turn_id: Defaulted<Buffer | null>
  turn_runs: Defaulted<number>
  lease_ends_at: Defaulted<number>
  interrupted: Defaulted<number>
}

export interface ChatTable {
  session_id: Bytes
  id: Bytes
  caller_key: NullableBytes
  version: number
  created_at: number
  updated_at: number
  turn_figures: Bytes
  operations: Bytes
  data: Bytes
}

interface MessageTable {
  log_id: Bytes
  seq: number
  id: Bytes
  role: number
  created_at: number
  /** Tool calls that were open before it. */
  open_before: number
  /** Results of earlier calls that it has. */
  results: number
  body: Bytes
}

interface ContextTable {
  session_id: Bytes
  name: Bytes
  bytes: number
  value: Bytes
}

/** Sessions of one owner that are not expired, or whose expiry nobody noticed yet. */
interface OwnerTable {
  owner: Bytes
  pending: number
  active: number
  paused: number
  archived: number
  closed: number
}

/** The same of an organisation and of the store, in shards. */
interface QuotaTable {
  scope: Bytes
  shard: number
  pending: number
  active: number
  paused: number
  archived: number
  closed: number
  /** Owners that have a session which is not pending. */
  users: number
}

/** Deletions of sessions, so that a repeat is answered. */
interface DeletionTable {
  session_id: Bytes
  operation: Bytes
  owner: Bytes
  deleted_at: number
}

/** Logs whose messages are to be removed. */
interface GarbageTable {
  log_id: Bytes
}

interface MigrationTable {
  version: number
  name: string
  applied_at: number
}

/** Lines of an audit log. */
interface AuditTable {
  chain: Bytes
  seq: number
  line: Bytes
}
