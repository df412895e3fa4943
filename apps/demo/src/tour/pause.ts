import { expectRefusal, say } from '../screen.ts'
import type { Stage } from './open-sessions.ts'

/** A paused session can be read and takes nothing. */
export async function showPause({ screen, adaSession: session }: Stage): Promise<void> {
  screen.heading('5 · Pause and resume')
  await session.pause()
  screen.done('Session paused')
  await expectRefusal(screen, 'Sending a message', 'SESSION_PAUSED', session.sendMessage('Are you there?'))
  screen.detail(`its ${(await session.getMessages()).length} messages can still be read`)
  await session.resume()
  screen.done('Session resumed')
  await say(screen, 'ada', session, 'How many messages are there?')
}
