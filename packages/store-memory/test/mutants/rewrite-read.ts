import { newId, SessError } from '@sess/core'
import { type Mutant, messagesIn } from './mutant.ts'

export const rewriteMutants: readonly Mutant[] = [
  {
    name: 'rewrite: one message more is removed',
    breaks: (store) => ({
      rewriteMessages: (chat, keepThrough, messages, options) =>
        store.rewriteMessages(chat, keepThrough - 1, messages, options),
    }),
  },
  {
    name: 'rewrite: nothing is removed',
    breaks: (store) => ({
      rewriteMessages: (chat, _, messages, options) =>
        store.rewriteMessages(chat, Number.MAX_SAFE_INTEGER, messages, options),
    }),
  },
  {
    name: 'rewrite: expectedLastSeq is not looked at',
    breaks: (store) => ({
      rewriteMessages: (chat, keepThrough, messages, { expectedLastSeq, ...options }) =>
        store.rewriteMessages(chat, keepThrough, messages, options),
    }),
  },
  {
    name: 'rewrite: a newer last seq than expected is fine',
    breaks: (store) => ({
      rewriteMessages: async (chat, keepThrough, messages, options) => {
        const last = (await messagesIn(store, chat)).at(-1)?.seq ?? 0
        const { expectedLastSeq: expected } = options
        const expectedLastSeq = expected !== undefined && expected < last ? last : expected
        return store.rewriteMessages(chat, keepThrough, messages, { ...options, expectedLastSeq })
      },
    }),
  },
  {
    name: 'rewrite: the ids of removed messages stay taken',
    breaks: (store) => {
      const taken = new Map<string, Set<string>>()
      return {
        rewriteMessages: async (chat, keepThrough, messages, options) => {
          const gone = (await messagesIn(store, chat)).filter(({ seq }) => seq > keepThrough)
          const ids = taken.get(chat.id) ?? new Set()
          taken.set(chat.id, ids)
          for (const { id } of gone) ids.add(id)
          const again = messages.find(({ id }) => ids.has(id))
          if (again !== undefined) throw new SessError('MESSAGE_CONFLICT', 'taken', { messageId: again.id })
          return store.rewriteMessages(chat, keepThrough, messages, options)
        },
      }
    },
  },
  {
    name: 'rewrite: an id that is kept is written again',
    breaks: (store) => ({
      rewriteMessages: async (chat, keepThrough, messages, options) => {
        const kept = new Set(
          (await messagesIn(store, chat)).filter(({ seq }) => seq <= keepThrough).map(({ id }) => id),
        )
        const anew = messages.map((message) => (kept.has(message.id) ? { ...message, id: newId() } : message))
        return store.rewriteMessages(chat, keepThrough, anew, options)
      },
    }),
  },
  {
    name: 'rewrite: an id that is kept is left out',
    breaks: (store) => ({
      rewriteMessages: async (chat, keepThrough, messages, options) => {
        const kept = new Set(
          (await messagesIn(store, chat)).filter(({ seq }) => seq <= keepThrough).map(({ id }) => id),
        )
        const others = messages.filter(({ id }) => !kept.has(id))
        return store.rewriteMessages(chat, keepThrough, others, options)
      },
    }),
  },
  {
    name: 'rewrite: removes first, then finds the conflict',
    breaks: (store) => ({
      rewriteMessages: async (chat, keepThrough, messages, options) => {
        const { operationId, ...rest } = options
        const kept = (await messagesIn(store, chat)).filter(({ seq }) => seq <= keepThrough)
        const conflict = messages.some((message) =>
          kept.some(({ id, content }) => id === message.id && content !== message.content),
        )
        if (conflict) await store.rewriteMessages(chat, keepThrough, [], { ...rest, operationId: newId() })
        return store.rewriteMessages(chat, keepThrough, messages, options)
      },
    }),
  },
  {
    name: 'rewrite: removes first, then finds no room',
    breaks: (store) => ({
      rewriteMessages: async (chat, keepThrough, messages, options) => {
        const { maxMessages = null, overflow = null } = (await store.getChat(chat).catch(() => null)) ?? {}
        const kept = (await messagesIn(store, chat)).filter(({ seq }) => seq <= keepThrough).length
        if (
          overflow === 'reject' &&
          maxMessages !== null &&
          messages.length > 0 &&
          kept + messages.length > maxMessages
        ) {
          await store.rewriteMessages(chat, keepThrough, [], { ...options, operationId: newId() })
        }
        return store.rewriteMessages(chat, keepThrough, messages, options)
      },
    }),
  },
  {
    name: 'rewrite: does not care for a running turn',
    breaks: (store) => {
      const fences = new Map<string, number>()
      return {
        beginTurn: async (chat, options) => {
          const grant = await store.beginTurn(chat, options)
          fences.set(chat.id, grant.fence)
          return grant
        },
        rewriteMessages: async (chat, keepThrough, messages, options) => {
          try {
            return await store.rewriteMessages(chat, keepThrough, messages, options)
          } catch (error) {
            if (!(error instanceof SessError) || error.code !== 'TURN_IN_PROGRESS') throw error
            return store.rewriteMessages(chat, keepThrough, messages, { ...options, fence: fences.get(chat.id) })
          }
        },
      }
    },
  },
  {
    name: 'rewrite: not even the running turn may',
    breaks: (store) => ({
      rewriteMessages: (chat, keepThrough, messages, { fence, ...options }) =>
        store.rewriteMessages(chat, keepThrough, messages, options),
    }),
  },
  {
    name: 'rewrite: a repeat is told that nothing was written',
    breaks: (store) => {
      const seen = new Set<string>()
      return {
        rewriteMessages: async (chat, keepThrough, messages, options) => {
          const result = await store.rewriteMessages(chat, keepThrough, messages, options)
          const again = seen.has(options.operationId)
          seen.add(options.operationId)
          return again ? { ...result, written: result.written.map(() => false) } : result
        },
      }
    },
  },
  {
    name: 'rewrite: a batch of any length is taken',
    breaks: (store) => ({
      rewriteMessages: async (chat, keepThrough, messages, options) => {
        const result = await store.rewriteMessages(chat, keepThrough, messages.slice(0, 200), options)
        if (messages.length > 200) await store.appendMessages(chat, messages.slice(200))
        return result
      },
    }),
  },
  {
    name: 'rewrite: a missing chat has nothing to rewrite',
    breaks: (store) => ({
      rewriteMessages: (chat, keepThrough, messages, options) =>
        store.rewriteMessages(chat, keepThrough, messages, options).catch((error: unknown) => {
          if (!(error instanceof SessError) || error.code !== 'CHAT_NOT_FOUND' || messages.length > 0) throw error
          return { seqs: [], written: [], storedAt: 0, firstSeq: 1 }
        }),
    }),
  },
  {
    name: 'rewrite: a chat over its limit cannot be cut',
    breaks: (store) => ({
      rewriteMessages: async (chat, keepThrough, messages, options) => {
        const { maxMessages: limit = null, overflow = null } = (await store.getChat(chat).catch(() => null)) ?? {}
        const kept = (await messagesIn(store, chat)).filter(({ seq }) => seq <= keepThrough).length
        if (limit !== null && overflow === 'reject' && kept > limit)
          throw new SessError('MESSAGE_LIMIT_REACHED', 'full', { limit })
        return store.rewriteMessages(chat, keepThrough, messages, options)
      },
    }),
  },
]

export const readMutants: readonly Mutant[] = [
  {
    name: 'read: before is included',
    breaks: (store) => ({
      readMessages: (chat, { before, ...range }, options) =>
        store.readMessages(chat, before === undefined ? range : { ...range, before: before + 1 }, options),
    }),
  },
  {
    name: 'read: after is included',
    breaks: (store) => ({
      readMessages: (chat, { after, ...range }, options) =>
        store.readMessages(chat, after === undefined ? range : { ...range, after: Math.max(0, after - 1) }, options),
    }),
  },
  {
    name: 'read: before gives the oldest instead of the nearest',
    breaks: (store) => ({
      readMessages: async (chat, range, options) => {
        const { before, limit } = range
        if (before === undefined || range.after !== undefined || range.offset !== undefined)
          return store.readMessages(chat, range, options)
        const page = await store.readMessages(chat, { before, limit: 1000 }, options)
        return { ...page, messages: Object.freeze(page.messages.slice(0, limit)) }
      },
    }),
  },
  {
    name: 'read: after gives the newest instead of the nearest',
    breaks: (store) => ({
      readMessages: async (chat, range, options) => {
        const { after, limit } = range
        if (after === undefined || range.before !== undefined || range.offset !== undefined)
          return store.readMessages(chat, range, options)
        const page = await store.readMessages(chat, { after, limit: 1000 }, options)
        return { ...page, messages: Object.freeze(page.messages.slice(-limit)) }
      },
    }),
  },
  {
    name: 'read: offset counts from the first message there ever was',
    breaks: (store) => ({
      readMessages: async (chat, range, options) => {
        if (range.offset === undefined || range.before !== undefined || range.after !== undefined)
          return store.readMessages(chat, range, options)
        return store.readMessages(chat, { after: range.offset, limit: range.limit }, options)
      },
    }),
  },
  {
    name: 'read: newest first',
    breaks: (store) => ({
      readMessages: async (chat, range, options) => {
        const page = await store.readMessages(chat, range, options)
        return { ...page, messages: Object.freeze(page.messages.toReversed()) }
      },
    }),
  },
  {
    name: 'read: the newest are those of the last time',
    breaks: (store) => {
      const cached = new Map<string, Awaited<ReturnType<typeof store.readMessages>>>()
      return {
        readMessages: async (chat, range, options) => {
          const page = await store.readMessages(chat, range, options)
          if (range.limit !== 5 || page.lastSeq === 0) return page
          const key = JSON.stringify([chat, range])
          if (!cached.has(key)) cached.set(key, page)
          return cached.get(key) ?? page
        },
      }
    },
  },
  {
    name: 'read: at most 500 at once',
    breaks: (store) => ({
      readMessages: async (chat, range, options) => {
        const page = await store.readMessages(chat, range, options)
        return { ...page, messages: Object.freeze(page.messages.slice(-500)) }
      },
    }),
  },
  {
    name: 'read: any limit is taken',
    breaks: (store) => ({
      readMessages: (chat, { limit, ...range }, options) =>
        store.readMessages(chat, { ...range, limit: Math.min(1000, Math.max(1, Math.trunc(limit) || 1)) }, options),
    }),
  },
  {
    name: 'read: two ranges at once are taken',
    breaks: (store) => ({
      readMessages: (chat, { before, after, offset, limit }, options) =>
        store.readMessages(
          chat,
          { limit, ...(before !== undefined ? { before } : after !== undefined ? { after } : { offset }) },
          options,
        ),
    }),
  },
  {
    name: 'read: one message too few',
    breaks: (store) => ({
      readMessages: async (chat, range, options) => {
        const page = await store.readMessages(chat, range, options)
        return { ...page, messages: page.messages.length > 5 ? Object.freeze(page.messages.slice(1)) : page.messages }
      },
    }),
  },
  {
    name: 'read: an empty chat has no firstSeq',
    breaks: (store) => ({
      readMessages: async (chat, range, options) => {
        const page = await store.readMessages(chat, range, options)
        return page.lastSeq === 0 ? { ...page, firstSeq: 0 } : page
      },
    }),
  },
  {
    name: 'read: a missing chat is empty',
    breaks: (store) => ({
      readMessages: async (chat, range, options) => {
        try {
          return await store.readMessages(chat, range, options)
        } catch (error) {
          if (error instanceof SessError && error.code === 'CHAT_NOT_FOUND')
            return { messages: [], firstSeq: 1, lastSeq: 0 }
          throw error
        }
      },
    }),
  },
]
