import { SessError } from '@sess/core'
import type { SessionEntry } from './entries.ts'

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

/** @throws {@link SessError} what keeps this session from being written to, unless it is active or pending. */
export function assertWritable(entry: SessionEntry): void {
  const { status, id: sessionId } = entry
  switch (status) {
    case 'active':
    case 'pending':
      return
    case 'paused':
      throw new SessError('SESSION_PAUSED', 'the session is paused', { sessionId })
    case 'archived':
      throw new SessError('SESSION_ARCHIVED', 'the session is archived', { sessionId })
    case 'closed':
      throw new SessError('SESSION_CLOSED', 'the session is closed', { sessionId })
  }
}
