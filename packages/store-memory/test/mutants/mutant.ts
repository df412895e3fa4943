import type { ChatRef, Message, SessionRef, Store } from '@sess/core'

/** A store that is broken in one way. `fails.ts` names the cases of the suite that say so. */
export interface Mutant {
  /** What is broken. */
  readonly name: string
  /** The methods that do wrong; the others are those of a store that works. */
  readonly breaks: (store: Store, clock: () => number) => Partial<Store>
  /** Its methods get what was handed in itself. Else they get a copy, so that one that waits does not fail for that. */
  readonly raw?: boolean
}

/** A store with some of its methods replaced by those of a mutant. */
export function broken(store: Store, clock: () => number, { breaks, raw = false }: Mutant): Store {
  const methods = breaks(store, clock)
  return new Proxy(store, {
    get: (target, name) => {
      const own: unknown = Reflect.get(methods, name)
      if (typeof own === 'function' && !raw)
        return (...parameters: readonly unknown[]) => own(...parameters.map(copyOf))
      if (own !== undefined) return own
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const copyOf = (value: unknown): unknown => (Array.isArray(value) ? structuredClone(value) : value)

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
