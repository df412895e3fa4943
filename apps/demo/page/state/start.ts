import { loadMe } from './me.ts'
import { telling } from './notices.ts'
import { showSession } from './open-session.ts'
import { sessions } from './sessions.ts'

/** Learns who sits here, and goes back to where they were. */
export async function start(): Promise<void> {
  await telling(loadMe())
  const [sessionId, chatId] = location.hash.slice(1).split('/')
  const session = sessions.value.find(({ id }) => id === sessionId)
  if (session !== undefined) await telling(showSession(session, chatId))
}
