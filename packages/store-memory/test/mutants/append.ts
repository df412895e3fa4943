import { type AppendResult, isSessError, type NewMessage, newId, SessError } from '@sess/core'
import { type Mutant, messagesIn, pause } from './mutant.ts'

export const appendMutants: readonly Mutant[] = [
  {
    name: 'append: a repeated id is written again',
    breaks: (store) => ({
      appendMessages: async (chat, messages, options) => {
        const known = new Set((await messagesIn(store, chat)).map(({ id }) => id))
        const anew = messages.map((message) => (known.has(message.id) ? { ...message, id: newId() } : message))
        return store.appendMessages(chat, anew, options)
      },
    }),
  },
  {
    name: 'append: an id twice in one batch is written twice',
    breaks: (store) => ({
      appendMessages: (chat, messages, options) => {
        const seen = new Set<string>()
        const anew = messages.map((message) => {
          const id = seen.has(message.id) ? newId() : message.id
          seen.add(message.id)
          return { ...message, id }
        })
        return store.appendMessages(chat, anew, options)
      },
    }),
  },
  {
    name: 'append: another body under a known id is taken for a repeat',
    breaks: (store) => ({
      appendMessages: async (chat, messages, options) => {
        const known = new Map((await messagesIn(store, chat)).map((message) => [message.id, message]))
        return store.appendMessages(
          chat,
          messages.map((message) => known.get(message.id) ?? message),
          options,
        )
      },
    }),
  },
  ...(['role', 'content', 'name', 'metadata', 'usage', 'interrupted', 'turnId'] as const).map(
    (field): Mutant => ({
      name: `append: ${field} is not looked at for conflicts`,
      breaks: (store) => ({
        appendMessages: async (chat, messages, options) => {
          const known = new Map((await messagesIn(store, chat)).map((message) => [message.id, message]))
          const alike = messages.map((message): NewMessage => {
            const there = known.get(message.id)
            return there === undefined ? message : ({ ...message, [field]: there[field] } as NewMessage)
          })
          return store.appendMessages(chat, alike, options)
        },
      }),
    }),
  ),
  {
    name: 'append: the order of keys makes another body',
    breaks: (store) => ({
      appendMessages: async (chat, messages, options) => {
        const known = new Map((await messagesIn(store, chat)).map((message) => [message.id, message]))
        const other = messages.find(({ id, metadata }) => {
          const there = known.get(id)
          return there !== undefined && JSON.stringify(there.metadata) !== JSON.stringify(metadata)
        })
        if (other !== undefined) throw new SessError('MESSAGE_CONFLICT', 'other bytes', { messageId: other.id })
        return store.appendMessages(chat, messages, options)
      },
    }),
  },
  {
    name: 'append: what stands before a conflict in a batch is written',
    breaks: (store) => ({
      appendMessages: async (chat, messages, options) => {
        try {
          return await store.appendMessages(chat, messages, options)
        } catch (error) {
          if (isSessError(error, 'MESSAGE_CONFLICT')) {
            const [first] = messages
            if (first !== undefined && first.id !== error.details.messageId)
              await store.appendMessages(chat, [first], options)
          }
          throw error
        }
      },
    }),
  },
  {
    name: 'append: as much of a batch as there is room for is written',
    breaks: (store) => ({
      appendMessages: async (chat, messages, options) => {
        try {
          return await store.appendMessages(chat, messages, options)
        } catch (error) {
          if (isSessError(error, 'MESSAGE_LIMIT_REACHED')) {
            await store.appendMessages(chat, messages.slice(0, 1), options).catch(() => undefined)
          }
          throw error
        }
      },
    }),
  },
  {
    name: 'append: batches that come at once mix',
    breaks: (store) => ({
      appendMessages: async (chat, messages, options) => {
        if (messages.length !== 3) return store.appendMessages(chat, messages, options)
        const known = new Set((await messagesIn(store, chat)).map(({ id }) => id))
        const fresh = messages.every(
          ({ id, content }) => !known.has(id) && typeof content === 'string' && /^\d+[abc]$/.test(content),
        )
        if (!fresh) return store.appendMessages(chat, messages, options)
        const results: AppendResult[] = []
        for (const message of messages) {
          results.push(await store.appendMessages(chat, [message], options))
          await pause()
        }
        const seqs = results.flatMap((result) => result.seqs)
        return { seqs, written: seqs.map(() => true), storedAt: 0, firstSeq: 1 }
      },
    }),
  },
  {
    name: 'append: of two at once, one is acknowledged and lost',
    breaks: (store) => {
      let busy = false
      return {
        appendMessages: async (chat, messages, options) => {
          if (busy) return { seqs: messages.map(() => 1), written: messages.map(() => true), storedAt: 0, firstSeq: 1 }
          busy = true
          try {
            const result = await store.appendMessages(chat, messages, options)
            await pause()
            return result
          } finally {
            busy = false
          }
        },
      }
    },
  },
  {
    name: 'append: tells a wrong seq',
    breaks: (store) => ({
      appendMessages: async (chat, messages, options) => {
        const result = await store.appendMessages(chat, messages, options)
        return { ...result, seqs: result.seqs.map((seq, index) => (result.written[index] ? seq : seq + 1)) }
      },
    }),
  },
  {
    name: 'append: says that a repeat was written',
    breaks: (store) => ({
      appendMessages: async (chat, messages, options) => {
        const result = await store.appendMessages(chat, messages, options)
        return { ...result, written: result.written.map(() => true) }
      },
    }),
  },
  {
    name: 'append: a createdAt that was given is ignored',
    breaks: (store) => ({
      appendMessages: (chat, messages, options) =>
        store.appendMessages(
          chat,
          messages.map(({ createdAt, ...message }) => message),
          options,
        ),
    }),
  },
  {
    name: 'append: createdAt is by the clock of the caller',
    breaks: (store) => ({
      appendMessages: (chat, messages, options) =>
        store.appendMessages(
          chat,
          messages.map((message) => ({ createdAt: 1, ...message })),
          options,
        ),
    }),
  },
  {
    name: 'append: the newest createdAt goes last',
    breaks: (store) => ({
      readMessages: async (chat, range, options) => {
        const page = await store.readMessages(chat, range, options)
        return { ...page, messages: Object.freeze(page.messages.toSorted((a, b) => a.createdAt - b.createdAt)) }
      },
    }),
  },
  ...(['name', 'metadata', 'usage', 'interrupted', 'turnId'] as const).map(
    (field): Mutant => ({
      name: `append: ${field} is not kept`,
      breaks: (store) => ({
        readMessages: async (chat, range, options) => {
          const page = await store.readMessages(chat, range, options)
          const messages = page.messages.map(({ [field]: lost, ...message }) => Object.freeze(message))
          return { ...page, messages: Object.freeze(messages) }
        },
      }),
    }),
  ),
  {
    name: 'append: text longer than 64 KiB is cut',
    breaks: (store) => ({
      appendMessages: (chat, messages, options) =>
        store.appendMessages(
          chat,
          messages.map((message) =>
            typeof message.content === 'string' ? { ...message, content: message.content.slice(0, 65_535) } : message,
          ),
          options,
        ),
    }),
  },
  {
    name: 'append: a batch of none is refused',
    breaks: (store) => ({
      appendMessages: async (chat, messages, options) => {
        if (messages.length === 0) throw new SessError('INVALID_ARGUMENT', 'none', { field: 'messages' })
        return store.appendMessages(chat, messages, options)
      },
    }),
  },
  {
    name: 'append: a batch of any length is taken',
    breaks: (store) => ({
      appendMessages: async (chat, messages, options) => {
        if (messages.length <= 200) return store.appendMessages(chat, messages, options)
        await store.appendMessages(chat, messages.slice(0, 200), options)
        return store.appendMessages(chat, messages.slice(200), options)
      },
    }),
  },
  {
    name: 'append: a chat that rejects takes one more',
    breaks: (store) => ({
      appendMessages: async (chat, messages, options) => {
        const record = await store.getChat(chat).catch(() => null)
        const call = () => store.appendMessages(chat, messages, options)
        const { maxMessages = null, overflow = null, version = 0, firstSeq = 1, lastSeq = 0 } = record ?? {}
        if (maxMessages === null || overflow !== 'reject' || lastSeq - firstSeq + 1 !== maxMessages) return call()
        const operationId = newId()
        await store
          .updateChat(chat, { maxMessages: maxMessages + 1 }, { operationId, expectedVersion: version })
          .catch(() => null)
        return call()
      },
    }),
  },
  {
    name: 'append: a repeat counts against a full chat',
    breaks: (store) => ({
      appendMessages: async (chat, messages, options) => {
        const record = await store.getChat(chat).catch(() => null)
        const { maxMessages: limit = null, overflow = null, firstSeq = 1, lastSeq = 0 } = record ?? {}
        if (limit !== null && overflow === 'reject' && lastSeq - firstSeq + 1 + messages.length > limit) {
          throw new SessError('MESSAGE_LIMIT_REACHED', 'full', { limit })
        }
        return store.appendMessages(chat, messages, options)
      },
    }),
  },
  {
    name: 'append: a repeat is refused where nothing may be written',
    breaks: (store) => ({
      appendMessages: async (chat, messages, options) => {
        if (options?.fence === undefined) {
          const { status = 'active' } = (await store.getSession(chat.session).catch(() => null)) ?? {}
          const sessionId = chat.session.id
          if (status === 'paused') throw new SessError('SESSION_PAUSED', 'paused', { sessionId })
        }
        return store.appendMessages(chat, messages, options)
      },
    }),
  },
  {
    name: 'append: works in a paused session',
    breaks: (store) => ({
      appendMessages: async (chat, messages, options) => {
        const session = await store.getSession(chat.session).catch(() => null)
        if (session?.status !== 'paused') return store.appendMessages(chat, messages, options)
        const quotas = { store: null, org: null, user: null }
        const change = (status: 'active' | 'paused', version: number) =>
          store.updateSession(session, { status }, { operationId: newId(), expectedVersion: version, quotas })
        const { version } = await change('active', session.version)
        const result = await store.appendMessages(chat, messages, options)
        await change('paused', version)
        return result
      },
    }),
  },
  {
    name: 'append: ids are unique in a session, not in a chat',
    breaks: (store) => {
      const seen = new Map<string, string>()
      return {
        appendMessages: async (chat, messages, options) => {
          for (const { id } of messages) {
            const place = `${chat.session.id} ${id}`
            if (seen.has(place) && seen.get(place) !== chat.id)
              throw new SessError('MESSAGE_CONFLICT', 'taken', { messageId: id })
          }
          const result = await store.appendMessages(chat, messages, options)
          for (const { id } of messages) seen.set(`${chat.session.id} ${id}`, chat.id)
          return result
        },
      }
    },
  },
  {
    name: 'append: ids are compared without case',
    breaks: (store) => ({
      appendMessages: async (chat, messages, options) => {
        const ids = messages.map(({ id }) => id.toLowerCase())
        const twice = messages.find(
          (_, index) =>
            ids.indexOf(ids[index] ?? '') !== index &&
            messages[index]?.id !== messages[ids.indexOf(ids[index] ?? '')]?.id,
        )
        if (twice !== undefined) throw new SessError('MESSAGE_CONFLICT', 'taken', { messageId: twice.id })
        return store.appendMessages(chat, messages, options)
      },
    }),
  },
  {
    name: 'append: says STORE_UNAVAILABLE for a missing chat',
    breaks: (store) => ({
      appendMessages: async (chat, messages, options) => {
        if ((await store.getChat(chat).catch(() => false)) === null) {
          throw new SessError('STORE_UNAVAILABLE', 'no row', { outcome: 'unknown' })
        }
        return store.appendMessages(chat, messages, options)
      },
    }),
  },
  {
    name: 'append: lastMessageAt stays null',
    breaks: (store) => ({
      getChat: async (ref, options) => {
        const chat = await store.getChat(ref, options)
        return chat === null ? null : { ...chat, lastMessageAt: null }
      },
    }),
  },
  {
    name: 'append: gaps are left between the seqs',
    breaks: (store) => ({
      readMessages: async (chat, range, options) => {
        const page = await store.readMessages(chat, range, options)
        const messages = page.messages.map((message) =>
          Object.freeze({ ...message, seq: message.seq > 300 ? message.seq + 1 : message.seq }),
        )
        return { ...page, messages: Object.freeze(messages) }
      },
    }),
  },
]
