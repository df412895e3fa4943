import { randomBytes } from 'node:crypto'
import {
  type ChatRef,
  type NewMessage,
  newChatId,
  newId,
  newSessionId,
  type Owner,
  type SessionQuotas,
} from '@sess/core'
import { MysqlStore, type MysqlStoreOptions } from '../src/index.ts'

/** Stores on one set of tables, which nobody else uses unless its prefix is given. */
export interface StoreGroup {
  readonly tablePrefix: string
  open(more?: Partial<MysqlStoreOptions>): MysqlStore
  dispose(): Promise<void>
}

/** `Store` is another build of the class, where one is tested. */
export function storeGroup(options: MysqlStoreOptions, Store: typeof MysqlStore = MysqlStore): StoreGroup {
  const { tablePrefix = `t${randomBytes(5).toString('hex')}_` } = options
  const stores: MysqlStore[] = []
  return {
    tablePrefix,
    open(more) {
      const store = new Store({ timeoutMs: 20_000, ...options, tablePrefix, ...more })
      stores.push(store)
      return store
    },
    async dispose() {
      await Promise.all(stores.map((store) => store.close()))
    },
  }
}

export const ada: Owner = { orgId: 'acme', userId: 'ada' }
export const noQuotas: SessionQuotas = { store: null, org: null, user: null }

/** A new session, one hour idle, with one chat in it. */
export async function chatIn(
  store: MysqlStore,
  { owner = ada, maxMessages = null }: { readonly owner?: Owner; readonly maxMessages?: number | null } = {},
): Promise<ChatRef> {
  const session = { id: newSessionId(owner), owner }
  const expiry = { idleMs: 3_600_000, absoluteMs: null }
  await store.createSession(
    { ...session, key: null, tags: [], data: {}, expiry, pendingMs: null },
    { quotas: noQuotas, ifKeyTaken: 'reject' },
  )
  const chat = { id: newChatId(session.id), key: null, data: {}, maxMessages, overflow: 'trim-oldest' as const }
  await store.createChat(session, chat, { maxChats: null, ifKeyTaken: 'reject' })
  return { id: chat.id, session }
}

export function say(content: string, more: Partial<NewMessage> = {}): NewMessage {
  return { id: newId(), role: 'user', content, ...more }
}

/** Texts of the messages of a chat, oldest first. */
export async function textsOf(store: MysqlStore, chat: ChatRef): Promise<readonly unknown[]> {
  const texts: unknown[] = []
  for (let after = 0; ; ) {
    const { messages, lastSeq } = await store.readMessages(chat, { after, limit: 1000 })
    texts.push(...messages.map(({ content }) => content))
    after = messages.at(-1)?.seq ?? lastSeq
    if (after >= lastSeq) return texts
  }
}
