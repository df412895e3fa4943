import { chatNotFound, SessError, sessionExpired, sessionNotFound, versionConflict } from '@sess/core'

/** What a call was about, for the details of its errors. */
export interface Subject {
  readonly sessionId?: string | undefined
  readonly chatId?: string | undefined
  readonly key?: string | null | undefined
  readonly fence?: number | undefined
  readonly expectedVersion?: number | undefined
  readonly limits?: Readonly<Partial<Record<'user' | 'org' | 'store' | 'chats' | 'keys' | 'bytes', number | null>>>
  readonly messageIds?: readonly string[]
}

/** What a script answers instead of a reply: `!CODE`, with one detail behind it or none. */
export function isRefusal(reply: unknown): reply is string {
  return typeof reply === 'string' && reply.startsWith('!')
}

const scopes = ['user', 'org', 'store'] as const

/** The error that a script's refusal stands for. */
export function refusalError(refusal: string, subject: Subject): SessError {
  const [code = '', detail = ''] = split(refusal)
  const { sessionId = '', chatId = '', fence = 0, expectedVersion = 0, limits = {} } = subject
  switch (code) {
    case 'SESSION_NOT_FOUND':
      return sessionNotFound(sessionId)
    case 'SESSION_EXPIRED':
      return sessionExpired(detail || sessionId)
    case 'SESSION_PAUSED':
      return new SessError(code, 'the session is paused', { sessionId })
    case 'SESSION_ARCHIVED':
      return new SessError(code, 'the session is archived', { sessionId })
    case 'SESSION_CLOSED':
      return new SessError(code, 'the session is closed', { sessionId })
    case 'SESSION_EXISTS':
    case 'CHAT_EXISTS': {
      if (detail === '') return new SessError(code, 'the id is taken', {})
      return new SessError(code, 'the key is taken', { key: subject.key ?? undefined })
    }
    case 'SESSION_LIMIT_REACHED': {
      const scope = scopes[Number(detail) - 1] ?? 'store'
      return sessionLimitReached(scope, limits[scope] ?? 0)
    }
    case 'CHAT_NOT_FOUND':
      return chatNotFound(chatId)
    case 'CHAT_LIMIT_REACHED':
      return new SessError(code, `at most ${limits.chats} chats are allowed`, { limit: limits.chats ?? 0 })
    case 'MESSAGE_CONFLICT': {
      const messageId = subject.messageIds?.[Number(detail) - 1] ?? ''
      return new SessError(code, 'the id is taken by another message', { messageId })
    }
    case 'MESSAGE_LIMIT_REACHED':
      return new SessError(code, `at most ${detail} messages are allowed`, { limit: Number(detail) })
    case 'CONTEXT_LIMIT_REACHED': {
      const unit = detail === 'keys' ? 'keys' : 'bytes'
      const limit = limits[unit] ?? 0
      return new SessError(code, `at most ${limit} ${unit} of context are allowed`, { limit, unit })
    }
    case 'VERSION_CONFLICT':
      return versionConflict(expectedVersion, Number(detail))
    case 'TURN_LOST':
      return new SessError(code, 'the turn ended or was taken over', { fence })
    case 'TURN_IN_PROGRESS':
      return new SessError(code, 'a turn runs in the chat', { reason: 'busy', retryAfterMs: Number(detail) })
    default:
      throw new RangeError(`a script refused with ${code}`)
  }
}

export function sessionLimitReached(scope: 'user' | 'org' | 'store', limit: number): SessError {
  const where = { store: 'in the store', org: 'per organisation', user: 'per user' }[scope]
  return new SessError('SESSION_LIMIT_REACHED', `at most ${limit} sessions are allowed ${where}`, { scope, limit })
}

function split(refusal: string): readonly [string, string] {
  const space = refusal.indexOf(' ')
  return space < 0 ? [refusal.slice(1), ''] : [refusal.slice(1, space), refusal.slice(space + 1)]
}
