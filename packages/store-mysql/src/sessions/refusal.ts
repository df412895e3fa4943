import { SessError } from '@sess/core'
import type { Status } from './status.ts'

export function sessionNotFound(sessionId: string): SessError {
  return new SessError('SESSION_NOT_FOUND', 'there is no such session', { sessionId })
}

export function sessionExpired(sessionId: string): SessError {
  return new SessError('SESSION_EXPIRED', 'the session has expired', { sessionId })
}

export function chatNotFound(chatId: string): SessError {
  return new SessError('CHAT_NOT_FOUND', 'there is no such chat in the session', { chatId })
}

export function versionConflict(expectedVersion: number, actualVersion: number): SessError {
  return new SessError('VERSION_CONFLICT', `expected version ${expectedVersion}, found ${actualVersion}`, {
    expectedVersion,
    actualVersion,
  })
}

/** What keeps a session of this status from being written to, null if nothing does. */
function unwritable(sessionId: string, status: Status): SessError | null {
  switch (status) {
    case 'active':
    case 'pending':
      return null
    case 'paused':
      return new SessError('SESSION_PAUSED', 'the session is paused', { sessionId })
    case 'archived':
      return new SessError('SESSION_ARCHIVED', 'the session is archived', { sessionId })
    case 'closed':
      return new SessError('SESSION_CLOSED', 'the session is closed', { sessionId })
  }
}

/** @throws {@link SessError} what keeps this session from being written to, unless it is active or pending. */
export function assertWritable(session: { readonly id: string; readonly status: Status }): void {
  const refusal = unwritable(session.id, session.status)
  if (refusal !== null) throw refusal
}
