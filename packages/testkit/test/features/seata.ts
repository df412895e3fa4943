import type { Feature } from './feature.ts'

export const seata: readonly Feature[] = [
  {
    promised: 'memory, Redis and MySQL stores behind one API',
    here: 'three stores, one conformance suite',
    tests: {
      'store-memory/test/conformance.test.ts': ['MemoryStore with the real clock'],
      'store-redis/test/conformance.test.ts': [
        'RedisStore on one server',
        'RedisStore on a cluster of three masters',
        'RedisStore behind Sentinel',
      ],
      'store-mysql/test/conformance.test.ts': ['MysqlStore'],
      'testkit/test/stores-side-by-side.test.ts': ['MemoryStore beside RedisStore', 'MemoryStore beside MysqlStore'],
    },
  },
  {
    promised: 'YAML and JSON files, environment, defaults; `SESSION_*` names',
    here: '`@sess/config`',
    tests: {
      'config/test/reference.test.ts': [
        'the documented example file works unchanged',
        'the documented variables work',
        'the same example as JSON works',
      ],
      'config/test/precedence.test.ts': ['variables beat files beat defaults'],
    },
  },
  {
    promised: '`CreateSession(ctx, user, WithTTL, WithMaxMessages, WithMetadata, WithContext)`',
    here: '`createSession({ expiry, limits, metadata, context })`, all of them binding',
    tests: {
      'core/test/seed-faults.test.ts': ['the limit of messages that a session was created with is kept'],
      'core/test/session-manager.test.ts': [
        'manager: what a session and a chat were made with is what another manager on their store reads',
      ],
      'core/test/limits.test.ts': [
        "a session's own limits bind it, and no other session",
        'a creation whose context is over the limit leaves nothing',
      ],
      'core/src/conformance/expiry.ts': ['expiry: the earlier of idle and absolute counts'],
    },
  },
  {
    promised: '`Get`, `Update`, `Delete`, `ListSessions(offset, limit)`, `SessionExists`, `CountUserSessions`',
    here: 'the same, with cursors',
    tests: {
      'core/src/conformance/sessions.ts': [
        'deleteSession: removes all the session had',
        'updateSession: a stale version is VERSION_CONFLICT and writes nothing',
      ],
      'core/src/conformance/lists.ts': [
        'listSessions: a session that is there throughout is listed once while others come and go',
      ],
      'core/test/owner-scopes.test.ts': [
        'owner: %s of another owner answers as for a missing id',
        'owner: lists and counts hold only the own sessions, whatever the query says',
      ],
    },
  },
  {
    promised: '`AddMessage`, `GetMessages(offset, limit)` (the cost grew with the history, and updates were lost)',
    here: 'an append and a page cost the same at any length; each message exactly once',
    tests: {
      'core/test/seed-faults.test.ts': [
        'a message costs the same when there are 10,000 before it',
        'of 2 × 200 messages added at once through two handles all are there, and no stale change drops any',
      ],
      'core/src/conformance/messages-append.ts': [
        'append: 400 at once are all there once, in dense order, where each was told',
      ],
      'core/src/conformance/messages-read.ts': ['read: page by page in both directions, every message once'],
    },
  },
  {
    promised: '`SetContext`, `GetContext`',
    here: '`session.context`',
    tests: {
      'core/src/conformance/context.ts': ['context: every JSON value comes back as it was'],
      'core/test/context.test.ts': ['context: an agent reads and writes that of its session'],
    },
  },
  {
    promised: '`ExtendTTL`, TTL, expiration, a clean-up routine with a batch size',
    here: '`extendTtl`, `expiry`, `sweep`',
    tests: {
      'core/test/expiry-sweep.test.ts': [
        'extendTtl sets the end to so long from now, also earlier; activity may make it later again',
        'a sweep removes what expired and nothing else, however many batches that takes, and tells of each',
      ],
      'core/src/conformance/expiry.ts': ['expiry: idle, a session is alive until exactly expiresAt'],
      'core/src/conformance/sweep.ts': ['claimExpired: sweepers that claim at once never get the same session'],
    },
  },
  {
    promised: '`max_message_count`, `enable_compression`, `enable_encryption` (the last two were flags only)',
    here: '`limits.messagesPerChat`, `@sess/core/codec`',
    tests: {
      'core/src/conformance/trimming.ts': ['trim: 300 random histories are cut where the rule says'],
      'core/test/codec/encrypted.test.ts': [
        'the plain text is nowhere in what is kept',
        'compression happens before encryption',
      ],
      'store-redis/test/conformance.test.ts': ['RedisStore with a codec'],
      'store-mysql/test/conformance.test.ts': ['MysqlStore with a codec'],
    },
  },
  {
    promised: 'memory store: `max_sessions`, `eviction_policy: lru`',
    here: '`new MemoryStore({ maxSessions, eviction })`',
    tests: {
      'store-memory/test/capacity.test.ts': [
        'maxSessions: a full store rejects, and takes sessions again after one went',
        'lru: the least recently used session makes room, and expires',
      ],
    },
  },
  {
    promised: 'health checks, statistics, graceful degradation',
    here: '`health()`, `stats()`, `STORE_UNAVAILABLE` with its outcome, deadlines, reconnecting',
    tests: {
      'core/test/stats.test.ts': ['health: the store and the turns of this process'],
      'store-redis/test/health.test.ts': ['health: a server that is gone cannot be reached'],
      'store-mysql/test/health.test.ts': ['health: a server that is read-only takes no writes, so it is not ok'],
      'store-redis/test/faults/server.test.ts': [
        'stopped for longer than the deadline: calls fail in time, and what had gone out is done once',
      ],
      'store-mysql/test/faults/server.test.ts': [
        'connections killed by the server over and over: nothing is lost or doubled',
      ],
    },
  },
  {
    promised: '`ErrSessionNotFound`, `ErrSessionExpired`, `ErrStoreUnavailable`',
    here: 'the same words as codes',
    tests: {
      'core/test/expiry-sweep.test.ts': [
        'an expired session is SESSION_EXPIRED for everything until it is swept, and SESSION_NOT_FOUND after',
      ],
      'store-redis/test/faults/server.test.ts': [
        'more calls than may be in flight: the rest is refused at once, not written',
      ],
    },
  },
  {
    promised: 'use of a store without the manager',
    here: 'every store class is public and documented',
    tests: {
      'core/src/conformance/sessions.ts': ['createSession: answers the record it made'],
      'core/src/conformance/messages-append.ts': ['append: messages are kept whole, in order, with a dense seq'],
      'core/src/conformance/lifecycle.ts': ['open: can be called at any time, any number of times'],
    },
  },
]
