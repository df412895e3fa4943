import { type CallOptions, isSessError, newId, type SessionRef, type Store } from '@sess/core'
import { type Mutant, trueOwner } from './mutant.ts'

type Method = (...parameters: readonly unknown[]) => Promise<unknown>

/** Where a method has its options. */
const optionsAt: Partial<Record<keyof Store, number>> = {
  getSession: 1,
  updateSession: 2,
  touchSession: 1,
  deleteSession: 1,
  createChat: 2,
  getChat: 1,
  updateChat: 2,
  activateChat: 1,
  deleteChat: 1,
  listChats: 1,
  appendMessages: 2,
  readMessages: 2,
  rewriteMessages: 3,
  getContext: 2,
  listContext: 1,
  setContext: 2,
  deleteContext: 2,
  beginTurn: 1,
  renewTurn: 2,
  endTurn: 2,
  interruptTurn: 1,
}
const storeOptionsAt: Partial<Record<keyof Store, number>> = {
  createSession: 1,
  findSession: 1,
  listSessions: 1,
  countSessions: 1,
  claimExpired: 0,
  removeExpired: 2,
  expireIdle: 1,
  stats: 1,
  health: 0,
  open: 0,
}

/** The method with what it is given changed. */
function given(store: Store, name: string, change: (parameters: unknown[]) => void | Promise<void>): Partial<Store> {
  const method = store[name as keyof Store] as unknown as Method
  return {
    [name]: async (...parameters: unknown[]) => {
      await change(parameters)
      return Reflect.apply(method, store, parameters)
    },
  }
}

const methods: readonly string[] = Object.keys(optionsAt)

/** Does not look at the signal. */
const abortMutants: readonly Mutant[] = Object.entries({ ...optionsAt, ...storeOptionsAt }).map(([name, at]) => ({
  name: `abort: ${name} does not look at the signal`,
  breaks: (store) =>
    given(store, name, (parameters) => {
      const { signal, ...options } = (parameters[at] ?? {}) as CallOptions
      parameters[at] = options
    }),
}))

/** Writes first, then looks at the signal. */
const lateAbortMutants: readonly Mutant[] = [
  'appendMessages',
  'createChat',
  'setContext',
  'updateSession',
  'deleteSession',
  'beginTurn',
].map((name) => ({
  name: `abort: ${name} looks at the signal when it is done`,
  breaks: (store) => {
    const method = store[name as keyof Store] as unknown as Method
    const at = optionsAt[name as keyof Store] ?? 0
    return {
      [name]: async (...parameters: unknown[]) => {
        const { signal, ...options } = (parameters[at] ?? {}) as CallOptions
        parameters[at] = options
        const answer = await Reflect.apply(method, store, parameters)
        signal?.throwIfAborted()
        return answer
      },
    }
  },
}))

/** Finds a session by its id alone. */
const ownerMutants: readonly Mutant[] = methods.map((name) => ({
  name: `tenancy: ${name} does not look at the owner`,
  breaks: (store) =>
    given(store, name, async (parameters) => {
      const target = parameters[0] as SessionRef & { readonly session?: SessionRef }
      parameters[0] =
        target.session === undefined
          ? await trueOwner(store, target)
          : { id: target.id, session: await trueOwner(store, target.session) }
    }),
}))

/** Tells a stranger that there is something. */
const leakMutants: readonly Mutant[] = (['getSession', 'appendMessages'] as const).map((name) => ({
  name: `tenancy: ${name} tells strangers that a session exists`,
  breaks: (store) =>
    given(store, name, async (parameters) => {
      const target = parameters[0] as SessionRef & { readonly session?: SessionRef }
      const ref = target.session ?? target
      const there = await store.findSession(ref.id).catch(() => null)
      const owner = ref.owner
      if (there !== null && (there.owner.orgId !== owner.orgId || there.owner.userId !== owner.userId)) {
        throw new RangeError('access denied')
      }
    }),
}))

/** Finds a chat by its id alone. */
const chatMutants: readonly Mutant[] = methods
  .filter((name) => /Chat$|Messages$|Turn$/.test(name) && name !== 'createChat')
  .map((name) => ({
    name: `tenancy: ${name} does not look at the chat's session`,
    breaks: (store) => {
      const sessions = new Map<string, SessionRef>()
      const changed = given(store, name, (parameters) => {
        const target = parameters[0] as { readonly id: string; readonly session: SessionRef }
        const session = sessions.get(target.id)
        const sameOwner = JSON.stringify(session?.owner) === JSON.stringify(target.session.owner)
        if (session !== undefined && sameOwner) parameters[0] = { id: target.id, session }
      })
      return {
        createChat: async (session, chat, options) => {
          const answer = await store.createChat(session, chat, options)
          sessions.set(chat.id, { id: session.id, owner: session.owner })
          return answer
        },
        ...changed,
      }
    },
  }))

/** Does not look at the state: makes a paused session active for as long as it takes. */
const statusMutants: readonly Mutant[] = methods
  .filter((name) => /^(create|update|activate|delete)Chat$|^rewrite|^(set|delete)Context$|^beginTurn$/.test(name))
  .map((name) => ({
    name: `states: ${name} works in a paused session`,
    breaks: (store) => {
      const method = store[name as keyof Store] as unknown as Method
      const change = async (ref: SessionRef, status: 'active' | 'paused'): Promise<void> => {
        const { version = 0 } = (await store.getSession(ref)) ?? {}
        const quotas = { store: null, org: null, user: null }
        await store.updateSession(ref, { status }, { operationId: newId(), expectedVersion: version, quotas })
      }
      return {
        [name]: async (...parameters: readonly unknown[]) => {
          const target = parameters[0] as SessionRef & { readonly session?: SessionRef }
          const ref = target.session ?? target
          const session = await store.getSession(ref).catch(() => null)
          if (session?.status !== 'paused') return Reflect.apply(method, store, parameters)
          await change(ref, 'active')
          try {
            return await Reflect.apply(method, store, parameters)
          } finally {
            await change(ref, 'paused')
          }
        },
      }
    },
  }))

/** Does not remember operations. */
const repeatMutants: readonly Mutant[] = methods
  .filter((name) =>
    [
      'updateSession',
      'deleteSession',
      'updateChat',
      'activateChat',
      'deleteChat',
      'rewriteMessages',
      'setContext',
      'deleteContext',
    ].includes(name),
  )
  .map((name) => ({
    name: `repeat: ${name} does not remember its operations`,
    breaks: (store) =>
      given(store, name, (parameters) => {
        const at = optionsAt[name as keyof Store] ?? 0
        parameters[at] = { ...(parameters[at] as object), operationId: newId() }
      }),
  }))

/** Remembers fewer operations than it should: others push them out. */
const forgetfulMutants: readonly Mutant[] = [
  {
    name: 'repeat: a session remembers 8 operations',
    breaks: (store) =>
      given(store, 'setContext', async (parameters) => {
        const [ref, , options] = parameters as Parameters<Store['setContext']>
        const operationId = newId()
        await store.setContext(ref, [], { ...options, operationId }).catch((error: unknown) => {
          if (!isSessError(error)) throw error
        })
      }),
  },
  {
    name: 'repeat: operations are remembered for the whole store',
    breaks: (store) => {
      const done = new Map<string, unknown>()
      return {
        setContext: async (ref, entries, options) => {
          if (done.has(options.operationId)) return
          await store.setContext(ref, entries, options)
          done.set(options.operationId, true)
        },
      }
    },
  },
  {
    name: 'repeat: a deletion is remembered for any session',
    breaks: (store) => {
      const done = new Set<string>()
      return {
        deleteSession: async (ref, options) => {
          const there = await store.deleteSession(ref, options)
          if (there) done.add(options.operationId)
          return there || done.has(options.operationId)
        },
      }
    },
  },
]

/** Hands out the same object again, as long as nothing changed in the store. */
const sharedReadMutants: readonly Mutant[] = (
  ['getSession', 'getChat', 'listChats', 'readMessages', 'getContext', 'listContext'] as const
).map((name) => ({
  name: `copies: ${name} hands out what it keeps`,
  breaks: (store) => {
    const keep = keeper()
    const read = store[name] as unknown as Method
    return {
      [name]: async (...parameters: readonly unknown[]) =>
        keep(keyOf(parameters), await Reflect.apply(read, store, parameters)),
    }
  },
}))

/** Where the answer of a method that writes comes back: whose answer is which part of its own. */
const readBack = {
  updateSession: ['getSession', null],
  touchSession: ['getSession', null],
  activateChat: ['getSession', null],
  updateChat: ['getChat', null],
  createChat: ['getChat', 'chat'],
  beginTurn: ['getChat', 'chat'],
} as const

/** Keeps the object that it handed out, and reads it again from there. */
const sharedWriteMutants: readonly Mutant[] = Object.entries(readBack).map(([name, [reader, part]]) => ({
  name: `copies: ${name} keeps what it hands out`,
  breaks: (store) => {
    const keep = keeper()
    const write = store[name as keyof Store] as unknown as Method
    const read = store[reader] as unknown as Method
    return {
      [name]: async (...parameters: readonly unknown[]) => {
        const answer = (await Reflect.apply(write, store, parameters)) as {
          readonly id: string
          readonly chat: { readonly id: string }
        }
        if (part === null) return keep(answer.id, answer)
        return { ...answer, [part]: keep(answer[part].id, answer[part]) }
      },
      [reader]: async (...parameters: readonly unknown[]) => {
        const answer = (await Reflect.apply(read, store, parameters)) as { readonly id: string } | null
        return answer === null ? null : keep(answer.id, answer)
      },
    }
  },
}))

/** Keeps one object for each key until its value is another. */
function keeper(): (key: string, answer: unknown) => unknown {
  const kept = new Map<string, { readonly pristine: string; readonly value: unknown }>()
  return (key, answer) => {
    const pristine = JSON.stringify(answer)
    const before = kept.get(key)
    if (before?.pristine === pristine) return before.value
    const value: unknown = pristine === undefined ? undefined : JSON.parse(pristine)
    kept.set(key, { pristine, value })
    return value
  }
}

const keyOf = (parameters: readonly unknown[]): string =>
  JSON.stringify(parameters.filter((value) => value !== undefined))

/** Keeps what it was handed instead of a copy: the answers have it as it is now. */
const keptMutants: readonly Mutant[] = [
  {
    name: 'copies: createSession keeps what it was handed',
    raw: true,
    breaks: (store) => {
      const handed = new Map<string, { readonly data: object }>()
      return {
        createSession: (session, options) => {
          handed.set(session.id, session)
          return store.createSession(session, options)
        },
        updateSession: (ref, change, options) => {
          handed.delete(ref.id)
          return store.updateSession(ref, change, options)
        },
        getSession: async (ref, options) => {
          const session = await store.getSession(ref, options)
          const made = handed.get(ref.id)
          return session === null || made === undefined
            ? session
            : { ...session, data: structuredClone(made.data) as typeof session.data }
        },
      }
    },
  },
  {
    name: 'copies: updateSession keeps what it was handed',
    raw: true,
    breaks: (store) => {
      const handed = new Map<string, { readonly data?: object | undefined }>()
      return {
        updateSession: async (ref, change, options) => {
          const session = await store.updateSession(ref, change, options)
          if (change.data !== undefined) handed.set(ref.id, change)
          return session
        },
        getSession: async (ref, options) => {
          const session = await store.getSession(ref, options)
          const data = handed.get(ref.id)?.data
          return session === null || data === undefined || session.version > 2
            ? session
            : { ...session, data: structuredClone(data) as typeof session.data }
        },
      }
    },
  },
  {
    name: 'copies: createChat keeps what it was handed',
    raw: true,
    breaks: (store) => {
      const handed = new Map<string, { readonly data: object }>()
      return {
        createChat: (session, chat, options) => {
          handed.set(chat.id, chat)
          return store.createChat(session, chat, options)
        },
        getChat: async (ref, options) => {
          const chat = await store.getChat(ref, options)
          const data = handed.get(ref.id)?.data
          return chat === null || data === undefined || chat.version > 1
            ? chat
            : { ...chat, data: structuredClone(data) as typeof chat.data }
        },
      }
    },
  },
  {
    name: 'copies: updateChat keeps what it was handed',
    raw: true,
    breaks: (store) => {
      const handed = new Map<
        string,
        { readonly version: number; readonly change: { readonly data?: object | undefined } }
      >()
      return {
        updateChat: async (ref, change, options) => {
          const chat = await store.updateChat(ref, change, options)
          handed.set(ref.id, { version: chat.version, change })
          return chat
        },
        getChat: async (ref, options) => {
          const chat = await store.getChat(ref, options)
          const { version, change } = handed.get(ref.id) ?? {}
          return chat === null || change?.data === undefined || chat.version !== version
            ? chat
            : { ...chat, data: structuredClone(change.data) as typeof chat.data }
        },
      }
    },
  },
  ...(['appendMessages', 'rewriteMessages'] as const).map(
    (name): Mutant => ({
      name: `copies: ${name} keeps what it was handed`,
      raw: true,
      breaks: (store) => {
        const handed = new Map<string, { readonly content: unknown }>()
        const method = store[name] as unknown as Method
        return {
          [name]: async (...parameters: readonly unknown[]) => {
            const answer = await Reflect.apply(method, store, parameters)
            for (const message of parameters[name === 'appendMessages' ? 1 : 2] as readonly {
              id: string
              content: unknown
            }[]) {
              if (typeof message.content !== 'string') handed.set(message.id, message)
            }
            return answer
          },
          readMessages: async (chat, range, options) => {
            const page = await store.readMessages(chat, range, options)
            const messages = page.messages.map((message) => {
              const content = handed.get(message.id)?.content
              return content === undefined
                ? message
                : deepFreeze({ ...message, content: structuredClone(content) as typeof message.content })
            })
            return { ...page, messages: Object.freeze(messages) }
          },
        } as Partial<Store>
      },
    }),
  ),
  {
    name: 'copies: appendMessages copies when it comes to its turn',
    raw: true,
    breaks: (store) => ({
      appendMessages: async (chat, messages, options) => {
        await Promise.resolve()
        return store.appendMessages(chat, messages, options)
      },
    }),
  },
  {
    name: 'copies: setContext keeps what it was handed',
    raw: true,
    breaks: (store) => {
      const handed = new Map<string, readonly (readonly [string, unknown])[]>()
      return {
        setContext: async (ref, entries, options) => {
          await store.setContext(ref, entries, options)
          handed.set(ref.id, entries)
        },
        listContext: async (ref, options) => {
          const entries = await store.listContext(ref, options)
          const [first] = handed.get(ref.id) ?? []
          return entries.map(
            ([key, value]) =>
              [
                key,
                entries.length === 1 && first !== undefined && typeof value === 'object'
                  ? (structuredClone(first[1]) as typeof value)
                  : value,
              ] as const,
          )
        },
      }
    },
  },
  {
    name: 'copies: messages are not frozen',
    raw: true,
    breaks: (store) => ({
      readMessages: async (chat, range, options) => structuredClone(await store.readMessages(chat, range, options)),
    }),
  },
  {
    name: 'copies: messages are frozen at the top only',
    raw: true,
    breaks: (store) => ({
      readMessages: async (chat, range, options) => {
        const page = structuredClone(await store.readMessages(chat, range, options))
        return { ...page, messages: Object.freeze(page.messages.map((message) => Object.freeze(message))) }
      },
    }),
  },
  {
    name: 'copies: what is handed in is frozen on the way',
    raw: true,
    breaks: (store) => ({
      appendMessages: (chat, messages, options) => {
        const own = messages as unknown as { turnId?: string }[]
        for (const message of own) message.turnId ??= undefined as never
        return store.appendMessages(chat, messages, options)
      },
    }),
  },
]

const repeatedAnswerMutant: Mutant = {
  name: 'copies: rewriteMessages keeps the answer that it hands out',
  breaks: (store) => {
    const keep = keeper()
    return {
      rewriteMessages: async (chat, keepThrough, messages, options) => {
        const result = await store.rewriteMessages(chat, keepThrough, messages, options)
        return keep(options.operationId, result) as typeof result
      },
    }
  },
}

const lifecycleMutants: readonly Mutant[] = [
  {
    name: 'close: closing again throws',
    breaks: (store) => {
      let closed = false
      return {
        close: async () => {
          if (closed) throw new RangeError('closed already')
          closed = true
          await store.close()
        },
      }
    },
  },
  {
    name: 'close: nothing is closed',
    breaks: () => ({
      close: async () => {
        // Does nothing.
      },
    }),
  },
  {
    name: 'close: health still answers',
    breaks: (store) => {
      let last: Awaited<ReturnType<Store['health']>> | undefined
      return {
        health: async (options) => {
          try {
            last = await store.health(options)
            return last
          } catch (error) {
            if (last === undefined || !isSessError(error, 'CLOSED')) throw error
            return last
          }
        },
        open: async (options) => {
          await store.health(options)
          await store.open(options)
        },
        getSession: async (ref, options) => {
          last ??= await store.health()
          return store.getSession(ref, options)
        },
      }
    },
  },
  {
    name: 'close: what is under way is cut off',
    breaks: (store) => ({
      createSession: async (session, options) => {
        await new Promise((resolve) => setImmediate(resolve))
        return store.createSession(session, options)
      },
    }),
  },
  {
    name: 'open: works once',
    breaks: (store) => {
      let opened = false
      return {
        open: async (options) => {
          await store.open(options)
          if (opened) throw new RangeError('opened already')
          opened = true
        },
      }
    },
  },
  {
    name: 'health: always finds something',
    breaks: (store) => ({
      health: async (options) => ({ ...(await store.health(options)), problems: ['It is Monday.'] }),
    }),
  },
  {
    name: 'health: tells parts of milliseconds',
    breaks: (store) => ({
      health: async (options) => {
        const health = await store.health(options)
        return { ...health, now: health.now + 0.25 }
      },
    }),
  },
  {
    name: 'supports: says nothing',
    breaks: () => ({ supports: {} as Store['supports'] }),
  },
  {
    name: 'supports: says that the store is shared',
    breaks: (store) => ({ supports: { ...store.supports, shared: true } }),
  },
]

export const methodMutants: readonly Mutant[] = [
  ...abortMutants,
  ...lateAbortMutants,
  ...ownerMutants,
  ...leakMutants,
  ...chatMutants,
  ...repeatMutants,
  ...forgetfulMutants,
  ...sharedReadMutants,
  ...sharedWriteMutants,
  ...statusMutants,
  ...keptMutants,
  repeatedAnswerMutant,
  ...lifecycleMutants,
]

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const item of Object.values(value)) deepFreeze(item)
  return Object.freeze(value)
}
