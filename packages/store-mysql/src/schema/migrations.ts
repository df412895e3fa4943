/** A step from one version of the schema to the next. Each statement can be repeated after a crash half-way. */
export interface Migration {
  readonly version: number
  readonly name: string
  readonly statements: readonly string[]
}

/** Where the numbers of the applied migrations are kept. */
export const migrationTable = 'migration'

/** Every table of ours, without its prefix. */
export const tableNames: readonly string[] = [
  'session',
  'chat',
  'head',
  'message',
  'context',
  'owner',
  'quota',
  'deletion',
  'garbage',
]

/**
 * All migrations, oldest first, for tables of this prefix: for people whose application may not run DDL, too.
 *
 * Ids and names are binary: a collation would take different ones for the same. Instants are BIGINT milliseconds, as they
 * have no zone and no rounding on any server. Payloads are opaque. There are no foreign keys, no JSON columns, no
 * AUTO_INCREMENT: all of them differ between the servers, or cost locks.
 */
export function migrations(prefix: string): readonly Migration[] {
  return [{ version: 1, name: 'tables', statements: [firstTable(prefix), ...tables(prefix)] }]
}

export function firstTable(prefix: string): string {
  return create(`${prefix}${migrationTable}`, [
    'version INT UNSIGNED NOT NULL',
    'name VARBINARY(64) NOT NULL',
    'applied_at BIGINT NOT NULL',
    'PRIMARY KEY (version)',
  ])
}

function tables(prefix: string): readonly string[] {
  return [
    create(`${prefix}session`, [
      'id BINARY(16) NOT NULL',
      'owner BINARY(16) NOT NULL',
      'org BINARY(16) NOT NULL',
      'org_id VARBINARY(255) NOT NULL',
      'user_id VARBINARY(255) NOT NULL',
      'caller_key VARBINARY(255) NULL',
      'version BIGINT NOT NULL',
      'idle_ms BIGINT NULL',
      'absolute_ms BIGINT NULL',
      'active_chat BINARY(16) NULL',
      'created_at BIGINT NOT NULL',
      'updated_at BIGINT NOT NULL',
      'operations VARBINARY(256) NOT NULL',
      'claim BINARY(16) NULL',
      'claimed_until BIGINT NOT NULL DEFAULT 0',
      'lapsed TINYINT UNSIGNED NOT NULL DEFAULT 0',
      'active_minute INT UNSIGNED NOT NULL',
      'due_minute INT UNSIGNED NOT NULL',
      'tags LONGBLOB NOT NULL',
      'data LONGBLOB NOT NULL',
      'codec_keys MEDIUMBLOB NULL',
      'PRIMARY KEY (id)',
      'UNIQUE KEY caller_keys (owner, caller_key)',
      'KEY of_owner (owner, id)',
      'KEY of_owner_by_activity (owner, active_minute, id)',
      'KEY of_org (org, id)',
      'KEY of_org_by_activity (org, active_minute, id)',
      'KEY of_org_due (org, lapsed, due_minute)',
      'KEY due (lapsed, due_minute)',
      'KEY by_activity (active_minute, id)',
    ]),
    create(`${prefix}chat`, [
      'session_id BINARY(16) NOT NULL',
      'id BINARY(16) NOT NULL',
      'caller_key VARBINARY(255) NULL',
      'version BIGINT NOT NULL',
      'created_at BIGINT NOT NULL',
      'updated_at BIGINT NOT NULL',
      'turn_figures BLOB NOT NULL',
      'operations MEDIUMBLOB NOT NULL',
      'data LONGBLOB NOT NULL',
      'PRIMARY KEY (session_id, id)',
      'UNIQUE KEY ids (id)',
      'UNIQUE KEY caller_keys (session_id, caller_key)',
    ]),
    create(`${prefix}head`, [
      'session_id BINARY(16) NOT NULL',
      'chat_id BINARY(16) NOT NULL',
      'chats INT NOT NULL DEFAULT 0',
      'messages BIGINT NOT NULL DEFAULT 0',
      "owner BINARY(16) NOT NULL DEFAULT ''",
      "org BINARY(16) NOT NULL DEFAULT ''",
      'status TINYINT UNSIGNED NOT NULL DEFAULT 0',
      'idle_ms BIGINT NULL',
      'pending_ms BIGINT NOT NULL DEFAULT 0',
      'ends_at BIGINT NOT NULL DEFAULT 0',
      'last_active_at BIGINT NOT NULL DEFAULT 0',
      'expires_at BIGINT NOT NULL DEFAULT 0',
      'context_keys INT NOT NULL DEFAULT 0',
      'context_bytes BIGINT NOT NULL DEFAULT 0',
      "log_id BINARY(16) NOT NULL DEFAULT ''",
      'max_messages BIGINT NULL',
      'overflow TINYINT UNSIGNED NOT NULL DEFAULT 0',
      'first_seq BIGINT NOT NULL DEFAULT 0',
      'last_seq BIGINT NOT NULL DEFAULT 0',
      'beginning_seq BIGINT NOT NULL DEFAULT 0',
      'marked_seq BIGINT NOT NULL DEFAULT 0',
      'open_calls INT UNSIGNED NOT NULL DEFAULT 0',
      'last_message_at BIGINT NULL',
      'fence BIGINT NOT NULL DEFAULT 0',
      'turn_id BINARY(16) NULL',
      'turn_runs TINYINT UNSIGNED NOT NULL DEFAULT 0',
      'lease_ends_at BIGINT NOT NULL DEFAULT 0',
      'interrupted TINYINT UNSIGNED NOT NULL DEFAULT 0',
      'PRIMARY KEY (session_id, chat_id)',
    ]),
    create(`${prefix}message`, [
      'log_id BINARY(16) NOT NULL',
      'seq BIGINT NOT NULL',
      'id VARBINARY(128) NOT NULL',
      'role TINYINT UNSIGNED NOT NULL',
      'created_at BIGINT NOT NULL',
      'open_before INT UNSIGNED NOT NULL',
      'results INT UNSIGNED NOT NULL',
      'body LONGBLOB NOT NULL',
      'PRIMARY KEY (log_id, seq)',
      'UNIQUE KEY ids (log_id, id)',
    ]),
    create(`${prefix}context`, [
      'session_id BINARY(16) NOT NULL',
      'name VARBINARY(1024) NOT NULL',
      'bytes BIGINT NOT NULL',
      'value LONGBLOB NOT NULL',
      'PRIMARY KEY (session_id, name)',
    ]),
    create(`${prefix}owner`, ['owner BINARY(16) NOT NULL', ...counts, 'PRIMARY KEY (owner)']),
    create(`${prefix}quota`, [
      'scope BINARY(16) NOT NULL',
      'shard TINYINT UNSIGNED NOT NULL',
      ...counts,
      'users BIGINT NOT NULL DEFAULT 0',
      'PRIMARY KEY (scope, shard)',
    ]),
    create(`${prefix}deletion`, [
      'session_id BINARY(16) NOT NULL',
      'operation BINARY(16) NOT NULL',
      'owner BINARY(16) NOT NULL',
      'deleted_at BIGINT NOT NULL',
      'PRIMARY KEY (session_id, operation, owner)',
      'KEY by_time (deleted_at)',
    ]),
    create(`${prefix}garbage`, ['log_id BINARY(16) NOT NULL', 'PRIMARY KEY (log_id)']),
  ]
}

const counts: readonly string[] = ['pending', 'active', 'paused', 'archived', 'closed'].map(
  (name) => `${name} BIGINT NOT NULL DEFAULT 0`,
)

function create(table: string, columns: readonly string[]): string {
  return `CREATE TABLE IF NOT EXISTS \`${table}\` (\n  ${columns.join(',\n  ')}\n) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`
}
