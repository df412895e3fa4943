import type { ChatRef, Message, SessionRef, Store } from '@sess/core'

/** A store that is broken in one way, and the cases of the suite that say so. */
export interface Mutant {
  /** What is broken. */
  readonly name: string
  /** The methods that do wrong; the others are those of a store that works. */
  readonly breaks: (store: Store, clock: () => number) => Partial<Store>
  /** Exactly these cases must fail. */
  readonly fails: readonly string[]
}

/** `store` with some of its methods replaced. */
export function broken(store: Store, methods: Partial<Store>): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const own: unknown = Reflect.get(methods, name)
      if (own !== undefined) return own
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** The session of this id whoever asks, or of the one who asks. Also of an expired one. */
export async function trueOwner(store: Store, ref: SessionRef): Promise<SessionRef> {
  const session = await store.findSession(ref.id).catch(() => null)
  return session === null ? ref : { id: ref.id, owner: session.owner }
}

/** The messages of a chat; none where it cannot be read. */
export async function messagesIn(store: Store, chat: ChatRef): Promise<readonly Message[]> {
  const page = await store.readMessages(chat, { limit: 1000 }).catch(() => null)
  return page?.messages ?? []
}

/** Lets other calls go on. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
