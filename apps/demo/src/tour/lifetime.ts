import { setTimeout } from 'node:timers/promises'
import { expectRefusal } from '../screen.ts'
import type { Stage } from './open-sessions.ts'

/** Sessions end by themselves: expired first, then swept away. */
export async function showLifetime({ screen, manager, ada }: Stage): Promise<void> {
  screen.heading('10 · Expiry')
  const session = await ada.createSession({ name: 'Short-lived', expiry: { idleMs: 200 } })
  const { createdAt, expiresAt } = session.record
  screen.done(`${session.record.name} expires after ${(expiresAt ?? 0) - createdAt} ms without activity`)
  const extended = await session.extendTtl(400)
  screen.done(`Extended: it has 400 ms from now`)

  await setTimeout((extended.expiresAt ?? 0) - Date.now() + 5)
  await expectRefusal(screen, 'Sending after that', 'SESSION_EXPIRED', session.sendMessage('Still there?'))
  const { expired } = await manager.sweep()
  screen.done(`The sweep removed ${expired} expired session`)
  await expectRefusal(screen, 'Opening it', 'SESSION_NOT_FOUND', ada.getSession(session.id))
}
