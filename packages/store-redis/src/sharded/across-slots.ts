import type { AcrossOwners } from '../across-owners.ts'
import type { Backend } from '../backend.ts'
import { expireIdle, indexFigures, listSessions } from '../session-lists.ts'
import { claimOnly } from '../sweep.ts'
import type { IndexKeeper } from './index-keeper.ts'
import { remoteFigures, remoteIdleSlice, remoteSlice } from './lists.ts'
import { createShardedSession, updateShardedSession } from './sessions.ts'
import { claimShardedExpired } from './sweep.ts'

/** Where the slots of owners, organisations and the store may be on different servers. What one owner has is exact here too. */
export function acrossSlots(backend: Backend, keeper: IndexKeeper): AcrossOwners {
  return {
    createSession: (session, options) => createShardedSession(backend, keeper, session, options),
    updateSession: (ref, change, options) => updateShardedSession(backend, keeper, ref, change, options),
    listSessions: (query, options) =>
      listSessions(
        backend,
        query,
        options,
        query.userId === undefined ? remoteSlice(backend, query, options) : undefined,
      ),
    figures: (scope, options) =>
      scope.userId === undefined ? remoteFigures(backend, scope, options) : indexFigures(backend, scope, options),
    claimExpired: (options) =>
      options.only === undefined ? claimShardedExpired(backend, keeper, options) : claimOnly(backend, options),
    expireIdle: (idleMs, options) => expireIdle(backend, idleMs, options, remoteIdleSlice(backend, idleMs, options)),
  }
}
