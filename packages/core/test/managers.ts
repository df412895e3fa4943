import { type Chat, type Owner, type Session, SessionManager, type SessionManagerOptions } from '@sess/core'
import { MemoryStore } from '@sess/store-memory'
import { onTestFinished } from 'vitest'

export const ada: Owner = { orgId: 'acme', userId: 'ada' }

/** A manager that is closed after the test; nothing runs by itself. */
export function newManager(options: Partial<SessionManagerOptions> = {}): SessionManager {
  const manager = new SessionManager({ store: new MemoryStore(), cleanup: false, ...options })
  onTestFinished(() => manager.close())
  return manager
}

/** A chat of a new session of ada's. */
export async function newChat(
  options: Partial<SessionManagerOptions> = {},
): Promise<{ readonly manager: SessionManager; readonly session: Session; readonly chat: Chat }> {
  const manager = newManager(options)
  const session = await manager.for(ada).createSession()
  return { manager, session, chat: await session.createChat() }
}

/** Two managers on one store, as two processes have them. The store outlives both. */
export function twoManagers(
  options: Partial<SessionManagerOptions> = {},
  second: Partial<SessionManagerOptions> = {},
): readonly [SessionManager, SessionManager] {
  const shared = { store: new MemoryStore(), closeStore: false, ...options }
  return [newManager(shared), newManager({ ...shared, ...second })]
}
