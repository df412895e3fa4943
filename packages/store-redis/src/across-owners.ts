import type {
  CallOptions,
  ClaimedSession,
  ClaimOptions,
  CreateSessionOptions,
  ListSessionsQuery,
  NewStoredSession,
  Page,
  PageOptions,
  SessionChange,
  SessionRef,
  StatsScope,
  StoredSession,
  StoreStats,
  UpdateSessionOptions,
} from '@sess/core'
import type { Backend } from './backend.ts'
import { expireIdle, indexFigures, listSessions } from './session-lists.ts'
import { createSession, type SessionCreation, updateSession } from './session-records.ts'
import { claimExpired } from './sweep.ts'

/** What touches more than one owner: limits, lists and figures of an organisation and of the store. */
export interface AcrossOwners {
  createSession(session: NewStoredSession, options: CreateSessionOptions): Promise<SessionCreation>
  updateSession(ref: SessionRef, change: SessionChange, options: UpdateSessionOptions): Promise<StoredSession>
  listSessions(query: ListSessionsQuery, options: PageOptions | undefined): Promise<Page<StoredSession>>
  figures(scope: StatsScope, options: CallOptions | undefined): Promise<StoreStats>
  claimExpired(options: ClaimOptions): Promise<readonly ClaimedSession[]>
  expireIdle(idleMs: number, options: PageOptions | undefined): Promise<Page<string>>
}

/** Where one server has all slots, one script does each of them, and all is exact. */
export function acrossOneServer(backend: Backend): AcrossOwners {
  return {
    createSession: (session, options) => createSession(backend, session, options),
    updateSession: (ref, change, options) => updateSession(backend, ref, change, options),
    listSessions: (query, options) => listSessions(backend, query, options),
    figures: (scope, options) => indexFigures(backend, scope, options),
    claimExpired: (options) => claimExpired(backend, options),
    expireIdle: (idleMs, options) => expireIdle(backend, idleMs, options),
  }
}
