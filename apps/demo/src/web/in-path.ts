import type { Chat, Session } from '@sess/core'
import type { Context } from 'hono'
import type { SignedIn } from './signed-in.ts'

/** The session that the path names, among those of whoever asks. @throws {@link SessError} `SESSION_NOT_FOUND`. */
export async function sessionIn(c: Context<SignedIn>): Promise<Session> {
  return await c.get('mine').getSession(c.req.param('session') ?? '')
}

/** The session and the chat that the path names. @throws {@link SessError} `SESSION_NOT_FOUND`, `CHAT_NOT_FOUND`. */
export async function chatIn(c: Context<SignedIn>): Promise<{ readonly session: Session; readonly chat: Chat }> {
  const session = await sessionIn(c)
  return { session, chat: await session.getChat(c.req.param('chat') ?? '') }
}
