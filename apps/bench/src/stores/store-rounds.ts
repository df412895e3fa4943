import { type ChatRef, newId, type Owner, type SessionRef, type Store } from '@sess/core'
import { closedLoop, type Load } from '../closed-loop.ts'
import type { Contestant } from '../measure.ts'
import { makeSession, newSession, owner, textMessages } from '../samples.ts'
import type { OpenChat } from './open-chats.ts'

/** Quotas that are checked and never in the way. */
const wideQuotas = { store: 100_000_000, org: 10_000_000, user: 100_000 }

/** Appends one message of 1 KiB a time, to the chats in turns. */
export function appendRounds(name: string, store: Store, chats: readonly OpenChat[], load: Load): Contestant {
  return {
    name,
    async prepare() {
      const messages = textMessages(load.operations).map((message) => [message])
      return () =>
        closedLoop(load, async (index) => {
          const open = chats[index % chats.length]
          const message = messages[index]
          if (open !== undefined && message !== undefined)
            await store.appendMessages(open.chat, message, { fence: open.fence })
        })
    },
  }
}

export function readRounds(name: string, store: Store, chat: ChatRef, load: Load): Contestant {
  return {
    name,
    prepare: async () => () =>
      closedLoop(load, async () => {
        const { messages } = await store.readMessages(chat, { limit: 50 })
        if (messages.length === 0) throw new Error('nothing was read')
      }),
  }
}

/** Sessions that callers work on, one each, so that nobody's version is stale. */
export interface OwnSessions {
  readonly refs: readonly SessionRef[]
  readonly versions: number[]
}

export async function ownSessions(store: Store, count: number): Promise<OwnSessions> {
  const refs = await Promise.all(Array.from({ length: count }, () => makeSession(store)))
  const sessions = await Promise.all(refs.map((ref) => store.getSession(ref)))
  return { refs, versions: sessions.map((session) => session?.version ?? NaN) }
}

export function getRounds(name: string, store: Store, { refs }: OwnSessions, load: Load): Contestant {
  return onOwnSession(name, refs, load, (ref) => store.getSession(ref))
}

export function touchRounds(name: string, store: Store, { refs }: OwnSessions, load: Load): Contestant {
  return onOwnSession(name, refs, load, (ref) => store.touchSession(ref))
}

export function updateRounds(name: string, store: Store, { refs, versions }: OwnSessions, load: Load): Contestant {
  return onOwnSession(name, refs, load, async (ref, caller) => {
    const expectedVersion = versions[caller] ?? NaN
    const change = { data: { name: `Support ${expectedVersion}` } }
    const options = { expectedVersion, quotas: wideQuotas, operationId: newId() }
    versions[caller] = (await store.updateSession(ref, change, options)).version
  })
}

/** Creates sessions under a limit of the store, of the organisation, and of the user. */
export function createRounds(name: string, store: Store, load: Load): Contestant {
  const users: readonly Owner[] = Array.from({ length: 500 }, () => owner(newId()))
  return {
    name,
    async prepare() {
      const sessions = Array.from({ length: load.operations }, (_, index) =>
        newSession(users[index % users.length] ?? owner()),
      )
      return () =>
        closedLoop(load, async (index) => {
          const session = sessions[index]
          if (session !== undefined) await store.createSession(session, { quotas: wideQuotas, ifKeyTaken: 'reject' })
        })
    },
  }
}

function onOwnSession(
  name: string,
  refs: readonly SessionRef[],
  load: Load,
  operation: (ref: SessionRef, caller: number) => Promise<unknown>,
): Contestant {
  return {
    name,
    prepare: async () => () =>
      closedLoop(load, async (_, caller) => {
        const ref = refs[caller]
        if (ref !== undefined) await operation(ref, caller)
      }),
  }
}
