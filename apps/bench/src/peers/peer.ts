import { type NewMessage, newId, type Store } from '@sess/core'
import { makeChat } from '../samples.ts'
import { fill } from '../stores/open-chats.ts'
import type { MastraStore, SessionStore } from './peer-modules.ts'

/** Something that keeps conversations. */
export interface Peer {
  readonly name: string
  /** Makes a chat of so many messages of 1 KiB. */
  makeChat(messages: readonly NewMessage[]): Promise<PeerChat>
  close(): Promise<unknown>
}

export interface PeerChat {
  append(message: NewMessage): Promise<unknown>
  readLast(count: number): Promise<readonly unknown[]>
}

export const sess = 'sess'

export function sessPeer(store: Store): Peer {
  return {
    name: sess,
    async makeChat(messages) {
      const chat = await makeChat(store)
      await fill(store, chat, messages.length)
      return {
        append: (message) => store.appendMessages(chat, [message]),
        readLast: async (limit) => (await store.readMessages(chat, { limit })).messages,
      }
    },
    close: async () => {},
  }
}

interface SessionValue {
  readonly cookie: object
  readonly messages: NewMessage[]
}

/** A session of a web framework: it is read whole, and written whole with one more message. */
export function sessionPeer(name: string, store: SessionStore, close: () => Promise<unknown>): Peer {
  return {
    name,
    async makeChat(messages) {
      const id = newId()
      await store.set(id, { cookie: {}, messages })
      const read = async (): Promise<SessionValue> => (await store.get(id)) as SessionValue
      return {
        async append(message) {
          const session = await read()
          session.messages.push(message)
          await store.set(id, session)
        },
        readLast: async (count) => (await read()).messages.slice(-count),
      }
    },
    close,
  }
}

export function mastraPeer(name: string, store: MastraStore): Peer {
  const { memory } = store.stores
  const now = 1_760_000_000_000
  return {
    name,
    async makeChat(messages) {
      const [threadId, resourceId] = [newId(), newId()]
      const createdAt = new Date(now)
      await memory.saveThread({
        thread: { id: threadId, resourceId, title: 'Support', metadata: {}, createdAt, updatedAt: createdAt },
      })
      let count = 0
      const save = (some: readonly NewMessage[]): Promise<unknown> =>
        memory.saveMessages({
          messages: some.map(({ id, role, content }) => ({
            ...{ id, role, threadId, resourceId, createdAt: new Date(now + ++count), type: 'v2' },
            content: { format: 2, parts: [{ type: 'text', text: content }] },
          })),
        })
      for (let at = 0; at < messages.length; at += 100) await save(messages.slice(at, at + 100))
      const newest = { threadId, page: 0, orderBy: { field: 'createdAt', direction: 'DESC' } }
      return {
        append: (message) => save([message]),
        readLast: async (perPage) => (await memory.listMessages({ ...newest, perPage })).messages,
      }
    },
    close: () => store.close(),
  }
}
