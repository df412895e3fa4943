import { SessError } from './errors.ts'

/** The error for a session that is not there, or is somebody else's: the two are the same to a caller. */
export function sessionNotFound(sessionId: string): SessError {
  return new SessError('SESSION_NOT_FOUND', 'there is no such session', { sessionId })
}

/** The error for a chat that is not there. */
export function chatNotFound(chatId: string): SessError {
  return new SessError('CHAT_NOT_FOUND', 'there is no such chat', { chatId })
}
