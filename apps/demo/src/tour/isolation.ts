import { newSessionId } from '@sess/core'
import { expectRefusal, say } from '../screen.ts'
import type { Stage } from './open-sessions.ts'

/** Nobody reaches what is not theirs, and cannot even tell that it is there. */
export async function showIsolation({ screen, ben, benSession, adaSession }: Stage): Promise<void> {
  screen.heading('3 · Nobody reaches what is not theirs')
  await expectRefusal(screen, "Ben opens Ada's session", 'SESSION_NOT_FOUND', ben.getSession(adaSession.id))
  const unused = newSessionId(ben.owner)
  await expectRefusal(screen, 'Ben opens one that never was', 'SESSION_NOT_FOUND', ben.getSession(unused))
  screen.detail('the two answers are alike, so an id tells nothing to those it was not made for')
  await say(screen, 'ben', benSession, 'When is the release?')
}
