import { SessError } from './errors.ts'
import type { SessionStatus, StoredSession } from './store/session-records.ts'

/** The error for a session that is not there, or is somebody else's: the two are the same to a caller. */
export function sessionNotFound(sessionId: string): SessError {
  return new SessError('SESSION_NOT_FOUND', 'there is no such session', { sessionId })
}

/** The error for a session that has expired and is not swept yet. */
export function sessionExpired(sessionId: string): SessError {
  return new SessError('SESSION_EXPIRED', 'the session has expired', { sessionId })
}

/** The error for a chat that is not there, or is in another session. */
export function chatNotFound(chatId: string): SessError {
  return new SessError('CHAT_NOT_FOUND', 'there is no such chat in the session', { chatId })
}

/** The error for a change of something that has changed since it was read. */
export function versionConflict(expectedVersion: number, actualVersion: number): SessError {
  const details = { expectedVersion, actualVersion }
  return new SessError('VERSION_CONFLICT', `expected version ${expectedVersion}, found ${actualVersion}`, details)
}

/** The error for a value that is not genuine. One text for all reasons: a difference would help whoever tries. */
export function codecAuthFailed(): SessError<'CODEC_AUTH_FAILED'> {
  return new SessError('CODEC_AUTH_FAILED', 'a value was changed, moved, or encrypted with another key', {})
}

/** The error for something that a session in this state does not do. */
export function statusError(status: Exclude<SessionStatus, 'active'>, sessionId: string): SessError {
  const code = status === 'paused' ? 'SESSION_PAUSED' : status === 'archived' ? 'SESSION_ARCHIVED' : 'SESSION_CLOSED'
  return new SessError(code, `the session is ${status}`, { sessionId })
}

/** @throws {@link SessError} what keeps this session from being written to, unless it is active or pending. */
export function assertWritable({ id, status }: Pick<StoredSession, 'id' | 'status'>): void {
  if (status !== 'active' && status !== 'pending') throw statusError(status, id)
}
