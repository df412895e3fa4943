import { statusError } from './refusal.ts'
import { sessionData } from './session-record.ts'
import type { SessionChange, StoredSession } from './store/session-records.ts'

/** What can be done to the state of a session. */
export type StatusAction = 'pause' | 'resume' | 'archive' | 'restore' | 'close'

/**
 * The change that `action` makes to a session, or null if it is in that state already.
 *
 * @throws {@link SessError} `SESSION_ARCHIVED` or `SESSION_CLOSED` if its state does not allow the action.
 */
export function statusChange(session: StoredSession, action: StatusAction): SessionChange | null {
  const { status, id } = session
  if (action === 'close') return status === 'closed' ? null : { status: 'closed' }
  if (status === 'closed') throw statusError('closed', id)
  if (action === 'archive')
    return status === 'archived' ? null : archived(session, status === 'paused' ? 'paused' : 'active')
  if (action === 'restore') return status === 'archived' ? restored(session) : null
  if (status === 'archived') throw statusError('archived', id)
  const target = action === 'pause' ? 'paused' : 'active'
  return status === target ? null : { status: target }
}

function archived(session: StoredSession, from: 'active' | 'paused'): SessionChange {
  return { status: 'archived', data: { ...session.data, archivedFrom: from } }
}

function restored(session: StoredSession): SessionChange {
  return { status: sessionData(session).archivedFrom ?? 'active', data: { ...session.data, archivedFrom: null } }
}
