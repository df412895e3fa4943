import { isSessError, newId, SessError, type StoredChat } from '@sess/core'
import { type Mutant, pause } from './mutant.ts'

export const chatMutants: readonly Mutant[] = [
  {
    name: 'chats: a repeated creation is CHAT_EXISTS',
    breaks: (store) => ({
      createChat: async (session, chat, options) => {
        const there = await store.getChat({ id: chat.id, session }).catch(() => null)
        if (there !== null) throw new SessError('CHAT_EXISTS', 'taken', {})
        return store.createChat(session, chat, options)
      },
    }),
  },
  {
    name: 'chats: any id is taken',
    breaks: (store) => ({
      createChat: async (session, chat, options) => {
        const { created, chat: record } = await store.createChat(
          session,
          { ...chat, id: chat.id.length === 36 ? chat.id.slice(0, 32).toLowerCase() + session.id.slice(-4) : chat.id },
          options,
        )
        return { created, chat: record }
      },
    }),
  },
  {
    name: 'chats: the limit is not looked at',
    breaks: (store) => ({
      createChat: (session, chat, options) => store.createChat(session, chat, { ...options, maxChats: null }),
    }),
  },
  {
    name: 'chats: the limit has one more place',
    breaks: (store) => ({
      createChat: (session, chat, options) =>
        store.createChat(session, chat, {
          ...options,
          maxChats: options.maxChats === null ? null : options.maxChats + 1,
        }),
    }),
  },
  {
    name: 'chats: the limit is checked before the chat is made',
    breaks: (store) => ({
      createChat: async (session, chat, options) => {
        const count = (await store.getSession(session).catch(() => null))?.chatCount ?? 0
        await pause()
        const { maxChats } = options
        return store.createChat(session, chat, {
          ...options,
          maxChats: maxChats !== null && count < maxChats ? null : maxChats,
        })
      },
    }),
  },
  {
    name: 'chats: opening needs room',
    breaks: (store) => ({
      createChat: async (session, chat, options) => {
        const { chatCount = 0 } = (await store.getSession(session).catch(() => null)) ?? {}
        const again = (await store.getChat({ id: chat.id, session }).catch(() => null)) !== null
        if (options.maxChats !== null && chatCount >= options.maxChats && !again) {
          throw new SessError('CHAT_LIMIT_REACHED', 'full', { limit: options.maxChats })
        }
        return store.createChat(session, chat, options)
      },
    }),
  },
  {
    name: 'chats: opening works in active sessions only',
    breaks: (store) => ({
      createChat: async (session, chat, options) => {
        const { status = 'active' } = (await store.getSession(session).catch(() => null)) ?? {}
        const again = (await store.getChat({ id: chat.id, session }).catch(() => null)) !== null
        if (status === 'archived' && !again)
          throw new SessError('SESSION_ARCHIVED', 'archived', { sessionId: session.id })
        return store.createChat(session, chat, options)
      },
    }),
  },
  {
    name: 'chats: a repeated creation works in active sessions only',
    breaks: (store) => ({
      createChat: async (session, chat, options) => {
        const { status = 'active' } = (await store.getSession(session).catch(() => null)) ?? {}
        if (status === 'paused' && options.ifKeyTaken === 'reject')
          throw new SessError('SESSION_PAUSED', 'paused', { sessionId: session.id })
        return store.createChat(session, chat, options)
      },
    }),
  },
  {
    name: 'chats: a taken key is answered where it should be refused',
    breaks: (store) => ({
      createChat: (session, chat, options) => store.createChat(session, chat, { ...options, ifKeyTaken: 'open' }),
    }),
  },
  {
    name: 'chats: a taken key is refused where it should be opened',
    breaks: (store) => ({
      createChat: (session, chat, options) => store.createChat(session, chat, { ...options, ifKeyTaken: 'reject' }),
    }),
  },
  {
    name: 'chats: a key is looked up before the chat is made',
    breaks: (store) => {
      const keys = new Set<string>()
      return {
        createChat: async (session, chat, options) => {
          const place = JSON.stringify([session.id, chat.key])
          const taken = keys.has(place)
          await pause()
          if (chat.key === null || taken) return store.createChat(session, chat, options)
          keys.add(place)
          const answer = await store.createChat(session, chat, options)
          if (answer.created) return answer
          const extra = await store.createChat(session, { ...chat, key: null }, options)
          return { ...extra, chat: { ...extra.chat, key: chat.key } }
        },
      }
    },
  },
  {
    name: 'chats: keys belong to the owner, not to the session',
    breaks: (store) => {
      const keys = new Map<string, StoredChat>()
      return {
        createChat: async (session, chat, options) => {
          const place = JSON.stringify([session.owner, chat.key])
          const there = keys.get(place)
          if (chat.key !== null && there !== undefined && there.sessionId !== session.id)
            return { chat: there, created: false }
          const answer = await store.createChat(session, chat, options)
          if (chat.key !== null) keys.set(place, answer.chat)
          return answer
        },
      }
    },
  },
  {
    name: 'chats: keys are compared without accents',
    breaks: (store) => ({
      createChat: (session, chat, options) =>
        store.createChat(session, { ...chat, key: chat.key?.normalize('NFC') ?? null }, options),
    }),
  },
  {
    name: 'chats: a deleted chat keeps its key',
    breaks: (store) => {
      const keys = new Set<string>()
      const chats = new Map<string, string>()
      return {
        createChat: async (session, chat, options) => {
          const place = JSON.stringify([session.id, chat.key])
          if (chat.key !== null && keys.has(place)) throw new SessError('CHAT_EXISTS', 'taken', { key: chat.key })
          const answer = await store.createChat(session, chat, options)
          if (chat.key !== null) chats.set(chat.id, place)
          return answer
        },
        deleteChat: async (ref, options) => {
          const there = await store.deleteChat(ref, options)
          const place = chats.get(ref.id)
          if (there && place !== undefined) keys.add(place)
          return there
        },
      }
    },
  },
  {
    name: 'chats: a deleted chat keeps its place',
    breaks: (store) => {
      const gone = new Map<string, number>()
      return {
        createChat: (session, chat, options) => {
          const lost = gone.get(session.id) ?? 0
          const { maxChats } = options
          return store.createChat(session, chat, { ...options, maxChats: maxChats === null ? null : maxChats - lost })
        },
        deleteChat: async (ref, options) => {
          const there = await store.deleteChat(ref, options)
          if (there) gone.set(ref.session.id, (gone.get(ref.session.id) ?? 0) + 1)
          return there
        },
      }
    },
  },
  {
    name: 'chats: the newest becomes the active one',
    breaks: (store) => ({
      createChat: async (session, chat, options) => {
        const answer = await store.createChat(session, chat, options)
        if (answer.created)
          await store.activateChat({ id: chat.id, session }, { operationId: newId() }).catch(() => undefined)
        return answer
      },
    }),
  },
  {
    name: 'chats: firstSeq is always 1',
    breaks: (store) => ({
      createChat: (session, { firstSeq, ...chat }, options) => store.createChat(session, chat, options),
    }),
  },
  {
    name: 'chats: createdAt that was given is ignored',
    breaks: (store) => ({
      createChat: (session, { createdAt, ...chat }, options) => store.createChat(session, chat, options),
    }),
  },
  {
    name: 'chats: a missing session is CHAT_NOT_FOUND',
    breaks: (store) => ({
      createChat: (session, chat, options) =>
        store.createChat(session, chat, options).catch((error: unknown) => {
          if (isSessError(error, 'SESSION_NOT_FOUND'))
            throw new SessError('CHAT_NOT_FOUND', 'none', { chatId: chat.id })
          throw error
        }),
    }),
  },
  {
    name: 'chats: an update clears what it does not name',
    breaks: (store) => ({
      updateChat: (ref, change, options) => store.updateChat(ref, { maxMessages: null, ...change }, options),
    }),
  },
  {
    name: 'chats: null is no change of maxMessages',
    breaks: (store) => ({
      updateChat: (ref, { maxMessages, ...change }, options) =>
        store.updateChat(ref, maxMessages === null ? change : { ...change, maxMessages }, options),
    }),
  },
  {
    name: 'chats: the version is not looked at',
    breaks: (store) => ({
      updateChat: async (ref, change, options) => {
        const { version = options.expectedVersion } = (await store.getChat(ref)) ?? {}
        return store.updateChat(ref, change, { ...options, expectedVersion: version })
      },
    }),
  },
  {
    name: 'chats: the version is looked at before the update is made',
    breaks: (store) => ({
      updateChat: async (ref, change, options) => {
        const before = await store.getChat(ref)
        if (before?.version !== options.expectedVersion) return store.updateChat(ref, change, options)
        await pause()
        const { version = 0 } = (await store.getChat(ref)) ?? {}
        return store.updateChat(ref, change, { ...options, expectedVersion: version })
      },
    }),
  },
  {
    name: 'chats: getChat of a missing one throws',
    breaks: (store) => ({
      getChat: async (ref, options) => {
        const chat = await store.getChat(ref, options)
        if (chat === null) throw new SessError('CHAT_NOT_FOUND', 'none', { chatId: ref.id })
        return chat
      },
    }),
  },
  {
    name: 'chats: getChat in a missing session throws',
    breaks: (store) => ({
      getChat: async (ref, options) => {
        const chat = await store.getChat(ref, options)
        if (chat !== null || (await store.getSession(ref.session)) !== null) return chat
        throw new SessError('SESSION_NOT_FOUND', 'none', { sessionId: ref.session.id })
      },
    }),
  },
  {
    name: 'chats: messages are a change of the record',
    breaks: (store) => ({
      getChat: async (ref, options) => {
        const chat = await store.getChat(ref, options)
        return chat === null
          ? null
          : { ...chat, updatedAt: chat.lastMessageAt === null ? chat.updatedAt : chat.updatedAt + chat.lastSeq }
      },
    }),
  },
  {
    name: 'chats: a smaller maxMessages trims at once',
    breaks: (store) => ({
      updateChat: async (ref, change, options) => {
        const record = await store.updateChat(ref, change, options)
        if (typeof change.maxMessages === 'number' && record.overflow === 'trim-oldest') {
          await store.rewriteMessages(ref, Number.MAX_SAFE_INTEGER, [], { operationId: newId() })
        }
        return record
      },
    }),
  },
  {
    name: 'chats: a missing chat is SESSION_NOT_FOUND',
    breaks: (store) => ({
      updateChat: (ref, change, options) =>
        store.updateChat(ref, change, options).catch((error: unknown) => {
          if (isSessError(error, 'CHAT_NOT_FOUND'))
            throw new SessError('SESSION_NOT_FOUND', 'none', { sessionId: ref.session.id })
          throw error
        }),
    }),
  },
  {
    name: 'chats: deleting leaves the messages',
    breaks: (store) => {
      const left = new Map<string, Awaited<ReturnType<typeof store.readMessages>>>()
      return {
        deleteChat: async (ref, options) => {
          const page = await store.readMessages(ref, { limit: 1000 }).catch(() => null)
          const there = await store.deleteChat(ref, options)
          if (there && page !== null && page.messages.length > 0) left.set(ref.id, page)
          return there
        },
        readMessages: async (ref, range, options) => {
          const page = await store.readMessages(ref, range, options)
          return page.messages.length === 0 ? (left.get(ref.id) ?? page) : page
        },
      }
    },
  },
  {
    name: 'chats: deleting says that there was one',
    breaks: (store) => ({
      deleteChat: async (ref, options) => {
        await store.deleteChat(ref, options)
        return true
      },
    }),
  },
  {
    name: 'chats: after the active one, the newest is active',
    breaks: (store) => ({
      deleteChat: async (ref, options) => {
        const before = await store.getSession(ref.session).catch(() => null)
        const there = await store.deleteChat(ref, options)
        const last = (await store.listChats(ref.session, { limit: 200 }).catch(() => null))?.items.at(-1)
        if (there && before?.activeChatId === ref.id && last !== undefined) {
          await store.activateChat({ id: last.id, session: ref.session }, { operationId: newId() })
        }
        return there
      },
    }),
  },
  {
    name: 'chats: after any chat, the oldest is active',
    breaks: (store) => ({
      deleteChat: async (ref, options) => {
        const there = await store.deleteChat(ref, options)
        const first = (await store.listChats(ref.session, { limit: 200 }).catch(() => null))?.items.at(0)
        if (there && first !== undefined)
          await store.activateChat({ id: first.id, session: ref.session }, { operationId: newId() })
        return there
      },
    }),
  },
  {
    name: 'chats: activating has no effect',
    breaks: (store) => ({
      activateChat: async (ref, options) => {
        const session = await store.activateChat(ref, options)
        const first = (await store.listChats(ref.session)).items.at(0)
        if (first !== undefined)
          await store.activateChat({ id: first.id, session: ref.session }, { operationId: newId() })
        return session
      },
    }),
  },
  {
    name: 'chats: chatCount counts all that were ever made',
    breaks: (store) => {
      const gone = new Map<string, number>()
      return {
        deleteChat: async (ref, options) => {
          const there = await store.deleteChat(ref, options)
          if (there) gone.set(ref.session.id, 1)
          return there
        },
        getSession: async (ref, options) => {
          const session = await store.getSession(ref, options)
          return session === null ? null : { ...session, chatCount: session.chatCount + (gone.get(ref.id) ?? 0) }
        },
      }
    },
  },
  {
    name: 'chats: newest first',
    breaks: (store) => ({
      listChats: async (session, options) => {
        const page = await store.listChats(session, options)
        return { ...page, items: page.items.toReversed() }
      },
    }),
  },
  {
    name: 'chats: turnExpiresAt stays when the turn has ended',
    breaks: (store) => {
      const ends = new Map<string, number>()
      return {
        getChat: async (ref, options) => {
          const chat = await store.getChat(ref, options)
          if (chat === null) return null
          const turnExpiresAt = chat.turnExpiresAt ?? ends.get(chat.id) ?? null
          if (turnExpiresAt !== null) ends.set(chat.id, turnExpiresAt)
          return { ...chat, turnExpiresAt }
        },
      }
    },
  },
  {
    name: 'chats: renewing a turn moves no turnExpiresAt',
    breaks: (store) => {
      const begun = new Map<string, number | null>()
      return {
        beginTurn: async (ref, options) => {
          const grant = await store.beginTurn(ref, options)
          begun.set(ref.id, grant.chat.turnExpiresAt)
          return grant
        },
        getChat: async (ref, options) => {
          const chat = await store.getChat(ref, options)
          if (chat === null || chat.turnExpiresAt === null) return chat
          return { ...chat, turnExpiresAt: begun.get(ref.id) ?? chat.turnExpiresAt }
        },
      }
    },
  },
  {
    name: 'chats: openCalls counts calls only',
    breaks: (store) => ({
      getChat: async (ref, options) => {
        const chat = await store.getChat(ref, options)
        return chat === null ? null : { ...chat, openCalls: chat.openCalls > 0 ? 3 : 0 }
      },
    }),
  },
  ...(['paused', 'archived', 'closed'] as const).map(
    (status): Mutant => ({
      name: `chats: ${status} sessions cannot be read`,
      breaks: (store) => ({
        listChats: async (ref, options) => {
          const page = await store.listChats(ref, options)
          const session = await store.getSession(ref)
          return session?.status === status && page.items.length > 2 ? { items: [], nextCursor: null } : page
        },
      }),
    }),
  ),
]

export const contextMutants: readonly Mutant[] = [
  {
    name: 'context: the number of keys is not looked at',
    breaks: (store) => ({
      setContext: (ref, entries, options) => store.setContext(ref, entries, { ...options, maxKeys: null }),
    }),
  },
  {
    name: 'context: one key more than the limit',
    breaks: (store) => ({
      setContext: (ref, entries, options) =>
        store.setContext(ref, entries, { ...options, maxKeys: options.maxKeys === null ? null : options.maxKeys + 1 }),
    }),
  },
  {
    name: 'context: the number of bytes is not looked at',
    breaks: (store) => ({
      setContext: (ref, entries, options) => store.setContext(ref, entries, { ...options, maxBytes: null }),
    }),
  },
  {
    name: 'context: bytes are those of one call',
    breaks: (store) => ({
      setContext: async (ref, entries, options) => {
        const bytes = new TextEncoder().encode(JSON.stringify(entries)).length
        await store.setContext(
          ref,
          entries,
          options.maxBytes !== null && bytes <= options.maxBytes ? { ...options, maxBytes: null } : options,
        )
      },
    }),
  },
  {
    name: 'context: bytes are UTF-16 units',
    breaks: (store) => ({
      setContext: (ref, entries, options) => {
        const units = JSON.stringify(entries).length
        const utf8 = new TextEncoder().encode(JSON.stringify(entries)).length
        const { maxBytes } = options
        return store.setContext(ref, entries, {
          ...options,
          maxBytes: maxBytes === null ? null : maxBytes + utf8 - units,
        })
      },
    }),
  },
  {
    name: 'context: the bytes of keys do not count',
    breaks: (store) => ({
      setContext: (ref, entries, options) => {
        const { maxBytes } = options
        const keys = entries.reduce((sum, [key]) => sum + key.length, 0)
        return store.setContext(ref, entries, { ...options, maxBytes: maxBytes === null ? null : maxBytes + keys })
      },
    }),
  },
  {
    name: 'context: a replaced value keeps its bytes',
    breaks: (store) => {
      const lost = new Map<string, number>()
      return {
        setContext: async (ref, entries, options) => {
          const { maxBytes } = options
          const less = lost.get(ref.id) ?? 0
          const before = new Map(await store.listContext(ref).catch(() => []))
          await store.setContext(ref, entries, { ...options, maxBytes: maxBytes === null ? null : maxBytes - less })
          const replaced = entries.reduce(
            (sum, [key]) => sum + (before.has(key) ? JSON.stringify(before.get(key)).length : 0),
            0,
          )
          lost.set(ref.id, less + replaced)
        },
      }
    },
  },
  {
    name: 'context: a deleted value keeps its bytes',
    breaks: (store) => {
      const lost = new Map<string, number>()
      return {
        setContext: (ref, entries, options) => {
          const { maxBytes } = options
          return store.setContext(ref, entries, {
            ...options,
            maxBytes: maxBytes === null ? null : maxBytes - (lost.get(ref.id) ?? 0),
          })
        },
        deleteContext: async (ref, key, options) => {
          const value = await store.getContext(ref, key).catch(() => undefined)
          const there = await store.deleteContext(ref, key, options)
          if (there) lost.set(ref.id, (lost.get(ref.id) ?? 0) + JSON.stringify(value ?? null).length)
          return there
        },
      }
    },
  },
  {
    name: 'context: a deleted key keeps its place',
    breaks: (store) => {
      const lost = new Map<string, number>()
      return {
        setContext: (ref, entries, options) => {
          const { maxKeys } = options
          return store.setContext(ref, entries, {
            ...options,
            maxKeys: maxKeys === null ? null : maxKeys - (lost.get(ref.id) ?? 0),
          })
        },
        deleteContext: async (ref, key, options) => {
          const there = await store.deleteContext(ref, key, options)
          if (there) lost.set(ref.id, (lost.get(ref.id) ?? 0) + 1)
          return there
        },
      }
    },
  },
  {
    name: 'context: a key that is there takes a place',
    breaks: (store) => ({
      setContext: async (ref, entries, options) => {
        const before = new Map(await store.listContext(ref).catch(() => []))
        const again = entries.filter(([key]) => before.has(key)).length
        const { maxKeys } = options
        await store.setContext(ref, entries, { ...options, maxKeys: maxKeys === null ? null : maxKeys - again })
      },
    }),
  },
  {
    name: 'context: entries are set one by one',
    breaks: (store) => ({
      setContext: async (ref, entries, options) => {
        if (entries.length < 2) return store.setContext(ref, entries, options)
        for (const entry of entries) await store.setContext(ref, [entry], { ...options, operationId: newId() })
      },
    }),
  },
  {
    name: 'context: keys are counted before they are set',
    breaks: (store) => ({
      setContext: async (ref, entries, options) => {
        const keys = (await store.listContext(ref).catch(() => [])).length
        await pause()
        const { maxKeys } = options
        const fits = maxKeys !== null && keys + entries.length <= maxKeys
        await store.setContext(ref, entries, fits ? { ...options, maxKeys: null } : options)
      },
    }),
  },
  {
    name: 'context: is listed in the order of a language',
    breaks: (store) => ({
      listContext: async (ref, options) =>
        (await store.listContext(ref, options)).toSorted(([a], [b]) => a.localeCompare(b, 'en') || (a < b ? -1 : 1)),
    }),
  },
  {
    name: 'context: is listed in the order of UTF-8',
    breaks: (store) => ({
      listContext: async (ref, options) =>
        (await store.listContext(ref, options)).toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    }),
  },
  {
    name: 'context: a value that is not there is null',
    breaks: (store) => ({
      getContext: async (ref, key, options) => (await store.getContext(ref, key, options)) ?? null,
    }),
  },
  {
    name: 'context: null is not kept',
    breaks: (store) => ({
      getContext: async (ref, key, options) => (await store.getContext(ref, key, options)) ?? undefined,
    }),
  },
  {
    name: 'context: objects are merged',
    breaks: (store) => ({
      setContext: async (ref, entries, options) => {
        const before = new Map(await store.listContext(ref).catch(() => []))
        const merged = entries.map(([key, value]) => {
          const old = before.get(key)
          const both =
            typeof old === 'object' &&
            typeof value === 'object' &&
            old !== null &&
            value !== null &&
            !Array.isArray(old) &&
            !Array.isArray(value)
          return [key, both ? { ...old, ...value } : value] as const
        })
        await store.setContext(ref, merged, options)
      },
    }),
  },
  {
    name: 'context: setting replaces everything',
    breaks: (store) => ({
      setContext: async (ref, entries, options) => {
        await store.setContext(ref, entries, options)
        const set = new Set(entries.map(([key]) => key))
        if (entries.length > 1) {
          for (const [key] of await store.listContext(ref))
            if (!set.has(key)) await store.deleteContext(ref, key, { operationId: newId() })
        }
      },
    }),
  },
  {
    name: 'context: keys of every object are there',
    breaks: (store) => ({
      getContext: async (ref, key, options) => {
        const value = await store.getContext(ref, key, options)
        return value === undefined && key === 'constructor' ? 'function Object()' : value
      },
    }),
  },
  {
    name: 'context: __proto__ is lost',
    breaks: (store) => ({
      setContext: (ref, entries, options) =>
        store.setContext(
          ref,
          Object.entries(
            Object.assign({}, ...entries.map(([key, value]) => (key === '__proto__' ? {} : { [key]: value }))),
          ),
          options,
        ),
    }),
  },
  {
    name: 'context: deleting says that there was one',
    breaks: (store) => ({
      deleteContext: async (ref, key, options) => {
        await store.deleteContext(ref, key, options)
        return true
      },
    }),
  },
  {
    name: 'context: deleting one value deletes all',
    breaks: (store) => ({
      deleteContext: async (ref, key, options) => {
        const there = await store.deleteContext(ref, key, options)
        const others = there ? await store.listContext(ref) : []
        for (const [other] of others) await store.deleteContext(ref, other, { operationId: newId() })
        return there
      },
    }),
  },
  {
    name: 'context: a session without any is missing',
    breaks: (store) => ({
      listContext: async (ref, options) => {
        const entries = await store.listContext(ref, options)
        const { chatCount = 0 } = (await store.getSession(ref)) ?? {}
        if (entries.length === 0 && chatCount === 0)
          throw new SessError('SESSION_NOT_FOUND', 'none', { sessionId: ref.id })
        return entries
      },
    }),
  },
  {
    name: 'context: is a change of the record',
    breaks: (store) => ({
      setContext: async (ref, entries, options) => {
        await store.setContext(ref, entries, options)
        const { version = 0, status = 'active' } = (await store.getSession(ref)) ?? {}
        if (status !== 'active') return
        await store.updateSession(
          ref,
          {},
          { operationId: newId(), expectedVersion: version, quotas: { store: null, org: null, user: null } },
        )
      },
    }),
  },
  {
    name: 'context: a missing session has none',
    breaks: (store) => ({
      listContext: (ref, options) =>
        store.listContext(ref, options).catch((error: unknown) => {
          if (isSessError(error, 'SESSION_NOT_FOUND')) return []
          throw error
        }),
    }),
  },
]
