import { Secret } from '../src/index.ts'

/** For a setting: a text that is taken, what it becomes and where, and texts that are not taken. */
export interface Example {
  readonly text: string
  readonly becomes: Readonly<Record<string, unknown>>
  readonly bad: readonly string[]
}

const length = (key: string): Example => row('90s', key, 90_000, ['90', 'soon', '-1s', '0s', 'never ever'])
const lifetime = (key: string): Example => row('1d12h', key, 129_600_000, ['90', 'soon', '-1s', '0s'])
const size = (key: string): Example => row('10MiB', key, 10_485_760, ['0', '-1', '10 miles', '1.5'])
const count = (key: string): Example => row('7', key, 7, ['0', '-1', '1.5', 'many', '0x10'])
const flag = (key: string): Example => row('yes', key, true, ['maybe', '2', 'null'])
const name = (key: string): Example => row('some-text', key, 'some-text', ['"a\\nb"', '[1]', '{a: 1}'])
const secret = (key: string): Example => row('hunter-2', key, new Secret('hunter-2'), ['"a\\0b"', '[1]', '{a: 1}'])

function row(text: string, target: string, value: unknown, bad: readonly string[]): Example {
  return { text, becomes: { [target]: value }, bad }
}

function word(target: string, value: string): Example {
  return row(value, target, value, [`${value}x`, 'true', '[]'])
}

function tls(section: string): Readonly<Record<string, Example>> {
  const key = `store.${section}.tls`
  return {
    [`${key}.enabled`]: flag(`${key}.enabled`),
    [`${key}.ca_file`]: name(`${key}.caFile`),
    [`${key}.cert_file`]: name(`${key}.certFile`),
    [`${key}.key_file`]: name(`${key}.keyFile`),
    [`${key}.server_name`]: name(`${key}.serverName`),
    [`${key}.insecure_skip_verify`]: flag(`${key}.insecureSkipVerify`),
  }
}

const mysqlPlace = {
  'store.mysql.host': 'db.example',
  'store.mysql.port': 3307,
  'store.mysql.username': 'app',
  'store.mysql.password': new Secret('p:w@/d'),
  'store.mysql.database': 'chats',
  'store.mysql.tls.enabled': true,
}

const key = 'q'.repeat(42)
const keyBytes = `${Buffer.from(`${key}s=`, 'base64').toString('base64')}`

export const examples: Readonly<Record<string, Example>> = {
  'store.type': word('store.type', 'redis'),
  'store.memory.max_sessions': count('store.memory.maxSessions'),
  'store.memory.eviction': word('store.memory.eviction', 'lru'),
  'store.memory.eviction_policy': word('store.memory.eviction', 'lru'),
  'store.memory.cleanup_interval': length('store.memory.cleanupIntervalMs'),

  'store.redis.addr': row('cache:6380', 'store.redis.addr', 'cache:6380', ['cache:0', 'a:b:c', 'cache:99999', 'u@h']),
  'store.redis.url': {
    text: 'rediss://us%40er:p%3Aw@cache:6380/2',
    becomes: {
      'store.redis.addr': 'cache:6380',
      'store.redis.username': 'us@er',
      'store.redis.password': new Secret('p:w'),
      'store.redis.db': 2,
      'store.redis.tls.enabled': true,
    },
    bad: ['cache:6380', 'http://cache', 'redis://', 'redis://cache/x', 'redis://cache?a=b', 'redis://%zz@cache'],
  },
  'store.redis.cluster': {
    text: 'redis://u:p@n1:7000,redis://u:p@n2',
    becomes: {
      'store.redis.cluster': ['n1:7000', 'n2:6379'],
      'store.redis.username': 'u',
      'store.redis.password': new Secret('p'),
    },
    bad: ['n1:0', 'redis://u:p@n1,redis://u:q@n2', 'redis://n1/3', '[]', '[1, [2]]', "','"],
  },
  'store.redis.sentinels': {
    text: 'rediss://u:p@s1, rediss://u:p@s2:26380',
    becomes: {
      'store.redis.sentinels': ['s1:26379', 's2:26380'],
      'store.redis.sentinelUsername': 'u',
      'store.redis.sentinelPassword': new Secret('p'),
      'store.redis.sentinelTls': true,
    },
    bad: ['s1:0', '[]', 'redis://s1,rediss://s2'],
  },
  'store.redis.master_name': name('store.redis.masterName'),
  'store.redis.username': name('store.redis.username'),
  'store.redis.password': secret('store.redis.password'),
  'store.redis.db': row('3', 'store.redis.db', 3, ['-1', '1.5', 'main']),
  'store.redis.sentinel_username': name('store.redis.sentinelUsername'),
  'store.redis.sentinel_password': secret('store.redis.sentinelPassword'),
  'store.redis.sentinel_tls': flag('store.redis.sentinelTls'),
  ...tls('redis'),
  'store.redis.key_prefix': row('chat:', 'store.redis.keyPrefix', 'chat:', ["'{a}'", '[1]', 'null']),
  'store.redis.timeout': length('store.redis.timeoutMs'),
  'store.redis.grace': row('2d', 'store.redis.graceMs', 172_800_000, ['59s', '60000', 'never']),
  'store.redis.topology': word('store.redis.topology', 'sharded'),
  'store.redis.durability': word('store.redis.durability', 'replica'),
  'store.redis.max_in_flight': count('store.redis.maxInFlight'),
  'store.redis.max_retries': row('0', 'store.redis.maxRetries', 0, ['-1', '101', 'often']),
  'store.redis.dial_timeout': length('store.redis.dialTimeoutMs'),
  'store.redis.read_timeout': length('store.redis.readTimeoutMs'),
  'store.redis.write_timeout': length('store.redis.writeTimeoutMs'),
  'store.redis.pool_size': count('store.redis.poolSize'),
  'store.redis.min_idle_conns': row('2', 'store.redis.minIdleConns', 2, ['-1', '1.5']),
  'store.redis.idle_timeout': length('store.redis.idleTimeoutMs'),

  'store.mysql.host': row('db.example', 'store.mysql.host', 'db.example', ["''", 'a b', 'u@h', 'h/d']),
  'store.mysql.port': row('3307', 'store.mysql.port', 3307, ['0', '65536', 'main']),
  'store.mysql.username': name('store.mysql.username'),
  'store.mysql.user': name('store.mysql.username'),
  'store.mysql.password': secret('store.mysql.password'),
  'store.mysql.database': row('chats', 'store.mysql.database', 'chats', ["''", 'null', 'a'.repeat(65)]),
  'store.mysql.url': {
    text: 'mysql://app:p%3Aw%40%2Fd@db.example:3307/chats?tls=true',
    becomes: mysqlPlace,
    bad: [
      'db.example',
      'postgres://db/a',
      'mysql://',
      'mysql://db/a?ssl=1',
      'mysql://db/a?tls=maybe',
      'mysql://%zz@d/a',
    ],
  },
  'store.mysql.dsn': {
    text: 'app:p:w@/d@tcp(db.example:3307)/chats?parseTime=true&charset=utf8mb4&tls=true',
    becomes: mysqlPlace,
    bad: [
      'db.example',
      'app@unix(/tmp/s)/chats',
      'app@tcp(db:x)/chats',
      'app@tcp(db)/chats?timeout=1s',
      'app@nowhere/chats',
    ],
  },
  ...tls('mysql'),
  'store.mysql.table_prefix': row('chat_', 'store.mysql.tablePrefix', 'chat_', ['1a', 'a-b', "''", 'a'.repeat(33)]),
  'store.mysql.table_name': row('chat', 'store.mysql.tablePrefix', 'chat_', ['1a', 'a-b', "''", 'a'.repeat(32)]),
  'store.mysql.pool_size': row('4', 'store.mysql.poolSize', 4, ['1', '0', '2.5', 'big']),
  'store.mysql.max_open_conns': row('4', 'store.mysql.poolSize', 4, ['1', '0', '2.5', 'big']),
  'store.mysql.timeout': length('store.mysql.timeoutMs'),
  'store.mysql.migrate': word('store.mysql.migrate', 'check'),
  'store.mysql.max_idle_conns': row('0', 'store.mysql.maxIdleConns', 0, ['-1', 'few']),
  'store.mysql.conn_max_lifetime': length('store.mysql.connMaxLifetimeMs'),
  'store.mysql.conn_max_idle_time': length('store.mysql.connMaxIdleTimeMs'),

  'expiry.idle': lifetime('expiry.idleMs'),
  'expiry.absolute': lifetime('expiry.absoluteMs'),
  'session.default_ttl': lifetime('expiry.idleMs'),
  'limits.sessions': count('limits.sessions'),
  'limits.sessions_per_org': count('limits.sessionsPerOrg'),
  'limits.sessions_per_user': count('limits.sessionsPerUser'),
  'limits.chats_per_session': count('limits.chatsPerSession'),
  'limits.messages_per_chat': count('limits.messagesPerChat'),
  'session.max_message_count': count('limits.messagesPerChat'),
  'limits.overflow': word('limits.overflow', 'reject'),
  'limits.bytes_per_message': size('limits.bytesPerMessage'),
  'limits.bytes_per_field': size('limits.bytesPerField'),
  'limits.bytes_per_prompt': size('limits.bytesPerPrompt'),
  'limits.context_keys': count('limits.contextKeys'),
  'limits.context_bytes': size('limits.contextBytes'),
  'session.max_context_size': size('limits.contextBytes'),
  'cleanup.enabled': { text: 'off', becomes: { 'cleanup.enabled': false }, bad: ['maybe', '2'] },
  'cleanup.interval': length('cleanup.intervalMs'),
  'cleanup.batch_size': row('7', 'cleanup.batchSize', 7, ['0', '1001', 'all']),
  'turns.when_busy': word('turns.whenBusy', 'interrupt'),
  'turns.lease': length('turns.leaseMs'),
  'turns.renew': row('2s', 'turns.renewMs', 2_000, ['2', '0s', '16s']),
  'turns.max_queued': row('0', 'turns.maxQueued', 0, ['-1', '1.5']),
  'turns.queue_timeout': length('turns.queueTimeoutMs'),
  'turns.history_messages': row('9', 'turns.historyMessages', 9, ['0', '1001']),
  'watch.interval': length('watch.intervalMs'),
  default_org_id: row('main', 'defaultOrgId', 'main', ['[1]', 'a'.repeat(256)]),
  prompt_failure: word('promptFailure', 'last'),
  audit_failure: word('auditFailure', 'warn'),

  'compression.enabled': flag('compression.enabled'),
  'session.enable_compression': flag('compression.enabled'),
  'compression.min_bytes': size('compression.minBytes'),
  'encryption.enabled': flag('encryption.enabled'),
  'session.enable_encryption': flag('encryption.enabled'),
  'encryption.keys': row(
    `k1=${key}s=, k2=${'ab'.repeat(32)}`,
    'encryption.keys',
    [
      { id: 'k1', key: new Secret(keyBytes) },
      { id: 'k2', key: new Secret(Buffer.from('ab'.repeat(32), 'hex').toString('base64')) },
    ],
    ['k1', 'k1=short', `k1=${key}s=,k1=${key}s=`, `k/1=${key}s=`, `k1=${'A'.repeat(43)}=`, '{k1: {a: 1}}', '{}'],
  ),
  'session.encryption_key': row(
    `${key}s=`,
    'encryption.keys',
    [{ id: 'default', key: new Secret(keyBytes) }],
    ['a-long-password-of-32-characters', '00'.repeat(32), '[1]'],
  ),
  'encryption.migrate': flag('encryption.migrate'),
  'encryption.cache_sessions': count('encryption.cacheSessions'),
  'encryption.cache_ttl': length('encryption.cacheTtlMs'),
  'encryption.active_key': word('encryption.activeKey', 'k1'),
}
