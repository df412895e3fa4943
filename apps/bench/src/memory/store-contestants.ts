import { type NewMessage, type NewStoredSession, SessionManager, type Store } from '@sess/core'
import type { Contestant } from '../measure.ts'
import { makeChat, owner, someQuotas } from '../samples.ts'
import type { FullChat } from './floor-contestants.ts'

export function storeAppends(newStore: () => Store, messages: readonly NewMessage[], full?: FullChat): Contestant {
  return {
    name: 'store',
    async prepare() {
      const store = newStore()
      const chat = await makeChat(store, full?.limit ?? null)
      for (const message of full?.earlier ?? []) await store.appendMessages(chat, [message])
      return async () => {
        for (const message of messages) await store.appendMessages(chat, [message])
      }
    },
  }
}

/** Through the whole of core: the message is checked, copied and measured too, and listeners are told. */
export function managerAppends(newStore: () => Store, messages: readonly NewMessage[]): Contestant {
  return {
    name: 'manager',
    async prepare() {
      const manager = new SessionManager({ store: newStore(), cleanup: false })
      const session = await manager.for(owner()).createSession()
      const chat = await session.createChat()
      return async () => {
        for (const message of messages) await chat.addMessage(message)
      }
    },
  }
}

export function storeReads(newStore: () => Store, messages: readonly NewMessage[], operations: number): Contestant {
  return {
    name: 'store',
    async prepare() {
      const store = newStore()
      const chat = await makeChat(store)
      for (const message of messages) await store.appendMessages(chat, [message])
      return async () => {
        for (let count = 0; count < operations; count++) await store.readMessages(chat, { limit: 50 })
      }
    },
  }
}

export function storeCreates(newStore: () => Store, makeSessions: () => readonly NewStoredSession[]): Contestant {
  return {
    name: 'store',
    async prepare() {
      const store = newStore()
      const sessions = makeSessions()
      return async () => {
        for (const session of sessions) {
          await store.createSession(session, { quotas: someQuotas, ifKeyTaken: 'reject' })
          await store.getSession(session)
        }
      }
    },
  }
}
