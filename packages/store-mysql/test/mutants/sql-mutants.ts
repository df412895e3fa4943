// biome-ignore-all lint/suspicious/noTemplateCurlyInString: guards are pieces of the sources.

/** A guard in the sources, and what to put in its place. The case of that name has to fail then. */
export interface SqlMutant {
  readonly name: string
  /** Under `src`, without its ending. */
  readonly file: string
  /** Stands in that file once. */
  readonly guard: string
  readonly instead: string
  /** The name of a case of the conformance suite. */
  readonly caughtBy: string
}

/**
 * Guards of sessions, their limits and their end. Those of chats and messages are in `chat-mutants.ts`. Where two guards hold the
 * same, as a query and the check under the lock do, the one that stands alone is broken.
 */
export const sessionMutants: readonly SqlMutant[] = [
  {
    name: 'a session is changed without its lock',
    file: 'sessions/session-statements',
    guard: ".where('h.session_id', '=', value('id')).forUpdate()",
    instead: ".where('h.session_id', '=', value('id'))",
    caughtBy: 'setContext: 40 at once do not go over the limit',
  },
  {
    name: 'an old version is written over',
    file: 'sessions/change-session',
    guard:
      'if (session.version !== options.expectedVersion) throw versionConflict(options.expectedVersion, session.version)',
    instead: '',
    caughtBy: 'updateSession: a stale version is VERSION_CONFLICT and writes nothing',
  },
  {
    name: 'a change that is sent twice is a conflict',
    file: 'sessions/change-session',
    guard: 'if (isDone(session, options.operationId)) return sessionRecord(session)',
    instead: '',
    caughtBy: 'repeat: updateSession',
  },
  {
    name: 'operations are forgotten too soon',
    file: 'sessions/operations',
    guard: 'const remembered = 16',
    instead: 'const remembered = 15',
    caughtBy: 'repeat: a session remembers its last 16 operations',
  },
  {
    name: 'a deletion is not remembered',
    file: 'sessions/session-statements',
    guard: ".where('operation', '=', value('operation'))",
    instead: ".where('operation', '<>', value('operation'))",
    caughtBy: 'repeat: deleteSession',
  },
  {
    name: 'a session of another owner is found',
    file: 'sessions/lookup',
    guard: 'return sameOwner(session.owner, ref.owner) ? session : null',
    instead: 'return session',
    caughtBy: "tenancy: getSession of another owner's session is as of a missing one",
  },
  {
    name: 'names that run together are one owner',
    file: 'sql/bytes',
    guard: '`u${orgId.length}:${orgId}${userId}`',
    instead: '`u${orgId}${userId}`',
    caughtBy: 'tenancy: names that run together are different owners',
  },
  {
    name: 'names are compared as a collation does',
    file: 'schema/migrations',
    guard: "'name VARBINARY(1024) NOT NULL'",
    instead: "'name VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL'",
    caughtBy: 'hostile names: key of a context value',
  },
  {
    name: 'a key is not unique',
    file: 'schema/migrations',
    guard: "'UNIQUE KEY caller_keys (owner, caller_key)'",
    instead: "'KEY caller_keys (owner, caller_key)'",
    caughtBy: 'createSession: of 8 that claim one key at once, one wins',
  },
  {
    name: 'the key of a session is given to another',
    file: 'sessions/create-session',
    guard: "if (ifKeyTaken === 'reject') throw new SessError('SESSION_EXISTS', 'the key is taken'",
    instead: "if (false) throw new SessError('SESSION_EXISTS', 'the key is taken'",
    caughtBy: 'createSession: a taken key is SESSION_EXISTS, and nothing is written',
  },
  {
    name: 'a race for one id or key is an error',
    file: 'sessions/create-session',
    guard: "else if (!(error instanceof DriverError && error.remedy === 'duplicate')) throw error",
    instead: 'else throw error',
    caughtBy: 'createSession: of 50 that open one key at once, one creates and all answer it',
  },
  {
    name: 'a limit is not checked after the place was taken',
    file: 'counters/quotas',
    guard: 'if (taken > limit) throw new FullScope(scope)',
    instead: '',
    caughtBy: 'limits: 1,000 creations of one user at once give exactly its limit',
  },
  {
    name: 'near to a limit the other shards are not locked',
    file: 'counters/quotas',
    guard: 'if (isCrowded) {',
    instead: 'if (false) {',
    caughtBy: 'limits: 1,000 creations in many organisations at once do not go over the store',
  },
  {
    name: 'pending sessions hold no place',
    file: 'counters/counter-statements',
    guard: 'sum(pending + active + paused)',
    instead: 'sum(active + paused)',
    caughtBy: 'limits: pending sessions count',
  },
  {
    name: 'what expired keeps its place',
    file: 'counters/counter-statements',
    guard: '(${counter}) - (${expired})',
    instead: '(${counter}) - 0 * (${expired})',
    caughtBy: 'limits: an expired session frees its place at once',
  },
  {
    name: 'a place is given back twice',
    file: 'counters/count-changes',
    guard: 'if (before !== null && !before.lapsed) both.push([before, -1])',
    instead: 'if (before !== null) both.push([before, -1])',
    caughtBy: 'limits: removing an expired session frees no second place',
  },
  {
    name: 'restoring needs no room',
    file: 'sessions/change-session',
    guard: 'if (isCounted(after.status) && !isCounted(session.status)) {',
    instead: 'if (false) {',
    caughtBy: 'limits: restoring needs room, and writes nothing without',
  },
  {
    name: 'a session lives one millisecond too long',
    file: 'sessions/lookup',
    guard: 'session.now >= session.expiresAt',
    instead: 'session.now > session.expiresAt + 1000',
    caughtBy: 'getSession: an expired session is SESSION_EXPIRED',
  },
  {
    name: 'lists have what expired',
    file: 'counters/scope',
    guard: ".where('h.expires_at', '>', statementNow)",
    instead: '',
    caughtBy: 'expiry: lists and counts leave a session out from exactly expiresAt',
  },
  {
    name: 'activity moves the expiry past the absolute end',
    file: 'sessions/expiry',
    guard: 'Math.min(now + lengthMs, endsAt)',
    instead: 'now + lengthMs',
    caughtBy: 'expiry: activity does not move it past the absolute end',
  },
  {
    name: 'activity makes the expiry earlier',
    file: 'sessions/expiry',
    guard: 'Math.max(session.expiresAt, expiryAfter(session.endsAt, lengthMs, now))',
    instead: 'expiryAfter(session.endsAt, lengthMs, now)',
    caughtBy: 'expiry: activity never makes it earlier',
  },
  {
    name: 'what lives is claimed',
    file: 'sessions/claim-expired',
    guard: 'session.now >= session.expiresAt && session.now',
    instead: 'session.now',
    caughtBy: 'claimExpired: the session that is named is not given while it lives, nor to another owner',
  },
  {
    name: 'a claim has no lease',
    file: 'sessions/claim-expired',
    guard: 'claimed_until: now + leaseMs, due_minute',
    instead: 'claimed_until: 0, due_minute',
    caughtBy: 'claimExpired: nobody else is given a session before its lease ends, everybody after',
  },
  {
    name: 'a claim needs no lock',
    file: 'sessions/session-statements',
    guard: ".limit(value('limit'))\n        .modifyEnd(sql`for update skip locked`)",
    instead: ".limit(value('limit'))",
    caughtBy: 'claimExpired: sweepers that claim at once never get the same session',
  },
  {
    name: 'any claim removes a session',
    file: 'sessions/remove-expired',
    guard: 'claim !== null && claimText(claim, key) === by',
    instead: 'true',
    caughtBy: 'removeExpired: a claim that passed to somebody else removes nothing',
  },
  {
    name: 'the claims of one sweep are all the same',
    file: 'sessions/claim-text',
    guard: '.update(secret).update(session)',
    instead: '.update(secret)',
    caughtBy: "removeExpired: another session's claim removes nothing",
  },
  {
    name: 'what was idle for exactly so long lives on',
    file: 'sessions/expire-idle',
    guard: '.set({ expires_at: now })',
    instead: '.set({ expires_at: now + 60_000 })',
    caughtBy: 'expireIdle: sessions that were idle for exactly so long or longer expire now',
  },
  {
    name: 'the list by activity forgets those of the same minute',
    file: 'sessions/list-sessions',
    guard: '(s.active_minute < ${minute} or (s.active_minute = ${minute} and s.id < ${id}))',
    instead: '(s.active_minute < ${minute})',
    caughtBy: 'listSessions: by activity, all of one minute by id, newest first',
  },
]
