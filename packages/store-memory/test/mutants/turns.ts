import { isSessError, newId, SessError } from '@sess/core'
import type { Mutant } from './mutant.ts'

export const turnMutants: readonly Mutant[] = [
  {
    name: 'turns: append does not look at the fence',
    breaks: (store) => ({
      appendMessages: (chat, messages, options) => store.appendMessages(chat, messages, { signal: options?.signal }),
    }),
  },
  {
    name: 'turns: append takes any fence that is not newer',
    breaks: (store) => {
      const newest = new Map<string, number>()
      return {
        beginTurn: async (chat, options) => {
          const grant = await store.beginTurn(chat, options)
          newest.set(chat.id, grant.fence)
          return grant
        },
        appendMessages: (chat, messages, options) => {
          const fence = options?.fence
          const last = newest.get(chat.id)
          return store.appendMessages(
            chat,
            messages,
            fence !== undefined && last !== undefined && fence < last ? { ...options, fence: last } : options,
          )
        },
      }
    },
  },
  ...(['appendMessages', 'rewriteMessages', 'renewTurn', 'endTurn'] as const).map(
    (name): Mutant => ({
      name: `turns: ${name} is lost with its lease`,
      breaks: (store, clock) => {
        const ends = new Map<string, number>()
        const assertHolds = (chatId: string, fence: number | undefined): void => {
          if (fence !== undefined && clock() >= (ends.get(chatId) ?? Number.POSITIVE_INFINITY)) {
            throw new SessError('TURN_LOST', 'the lease ended', { fence })
          }
        }
        return {
          beginTurn: async (chat, options) => {
            const grant = await store.beginTurn(chat, options)
            ends.set(chat.id, clock() + options.leaseMs)
            return grant
          },
          renewTurn: async (chat, fence, options) => {
            if (name === 'renewTurn') assertHolds(chat.id, fence)
            const answer = await store.renewTurn(chat, fence, options)
            ends.set(chat.id, clock() + options.leaseMs)
            return answer
          },
          ...(name === 'appendMessages' && {
            appendMessages: async (chat, messages, options) => {
              assertHolds(chat.id, options?.fence)
              return store.appendMessages(chat, messages, options)
            },
          }),
          ...(name === 'rewriteMessages' && {
            rewriteMessages: async (chat, keepThrough, messages, options) => {
              assertHolds(chat.id, options.fence)
              return store.rewriteMessages(chat, keepThrough, messages, options)
            },
          }),
          ...(name === 'endTurn' && {
            endTurn: async (chat, fence, options) => {
              assertHolds(chat.id, fence)
              return store.endTurn(chat, fence, options)
            },
          }),
        }
      },
    }),
  ),
  {
    name: 'turns: rewrite does not look at the fence',
    breaks: (store) => ({
      rewriteMessages: async (chat, keepThrough, messages, options) => {
        try {
          return await store.rewriteMessages(chat, keepThrough, messages, options)
        } catch (error) {
          if (!isSessError(error, 'TURN_LOST')) throw error
          const { fence } = await store.beginTurn(chat, { turnId: newId(), leaseMs: 1, ifBusy: 'take-over' })
          return store.rewriteMessages(chat, keepThrough, messages, { ...options, fence })
        }
      },
    }),
  },
  {
    name: 'turns: renew does not look at the fence',
    breaks: (store) => ({
      renewTurn: (chat, fence, options) =>
        store.renewTurn(chat, fence, options).catch((error: unknown) => {
          if (isSessError(error, 'TURN_LOST')) return { interrupted: false }
          throw error
        }),
    }),
  },
  {
    name: 'turns: end does not look at the fence',
    breaks: (store) => ({
      endTurn: (chat, fence, options) =>
        store.endTurn(chat, fence, options).catch((error: unknown) => {
          if (!isSessError(error, 'TURN_LOST')) throw error
        }),
    }),
  },
  {
    name: 'turns: a busy chat is taken over without being asked to',
    breaks: (store) => ({
      beginTurn: (chat, options) => store.beginTurn(chat, { ...options, ifBusy: 'take-over' }),
    }),
  },
  {
    name: 'turns: a busy chat is never taken over',
    breaks: (store) => ({
      beginTurn: (chat, options) => store.beginTurn(chat, { ...options, ifBusy: 'reject' }),
    }),
  },
  {
    name: 'turns: whether a chat is busy is looked up before it is taken',
    breaks: (store) => {
      const asked = new Map<string, number>()
      return {
        beginTurn: async (chat, options) => {
          const others = asked.get(chat.id) ?? 0
          asked.set(chat.id, others + 1)
          try {
            await Promise.resolve()
            return await store.beginTurn(chat, others > 0 ? { ...options, ifBusy: 'take-over' } : options)
          } finally {
            asked.set(chat.id, (asked.get(chat.id) ?? 1) - 1)
          }
        },
      }
    },
  },
  {
    name: 'turns: a lease never ends',
    breaks: (store) => ({
      beginTurn: (chat, options) => store.beginTurn(chat, { ...options, leaseMs: 3_600_000 }),
    }),
  },
  {
    name: 'turns: a lease ends 1 ms early',
    breaks: (store) => ({
      beginTurn: (chat, options) => store.beginTurn(chat, { ...options, leaseMs: options.leaseMs - 1 }),
    }),
  },
  {
    name: 'turns: a lease ends 1 ms late',
    breaks: (store) => ({
      beginTurn: (chat, options) => store.beginTurn(chat, { ...options, leaseMs: options.leaseMs + 1 }),
    }),
  },
  {
    name: 'turns: renewing does not hold the chat longer',
    breaks: (store) => ({
      renewTurn: (chat, fence, options) => store.renewTurn(chat, fence, { ...options, leaseMs: 1 }),
    }),
  },
  {
    name: 'turns: an ended turn keeps the chat for its lease',
    breaks: (store) => ({
      endTurn: async (chat, fence, options) => {
        await store.endTurn(chat, fence, options)
        await store.beginTurn(chat, { turnId: newId(), leaseMs: 60_000, ifBusy: 'reject' }).catch(() => undefined)
      },
    }),
  },
  {
    name: 'turns: an ended turn may go on to write',
    breaks: (store) => ({
      endTurn: async (chat, fence, options) => {
        await store.renewTurn(chat, fence, { leaseMs: 1 })
        if (options?.responseMs !== undefined) await store.endTurn(chat, fence, options)
      },
    }),
  },
  {
    name: 'turns: ending again is TURN_LOST',
    breaks: (store) => {
      const ended = new Set<string>()
      return {
        endTurn: async (chat, fence, options) => {
          if (ended.has(`${chat.id} ${fence}`)) throw new SessError('TURN_LOST', 'ended', { fence })
          await store.endTurn(chat, fence, options)
          ended.add(`${chat.id} ${fence}`)
        },
      }
    },
  },
  {
    name: 'turns: ending again counts again',
    breaks: (store) => {
      const extra = new Map<string, number>()
      const ended = new Set<string>()
      return {
        endTurn: async (chat, fence, options) => {
          await store.endTurn(chat, fence, options)
          if (ended.has(`${chat.id} ${fence}`)) extra.set(chat.id, (extra.get(chat.id) ?? 0) + 1)
          ended.add(`${chat.id} ${fence}`)
        },
        getChat: async (ref, options) => {
          const chat = await store.getChat(ref, options)
          return chat === null ? null : { ...chat, turnCount: chat.turnCount + (extra.get(chat.id) ?? 0) }
        },
      }
    },
  },
  {
    name: 'turns: a turn without a response time is counted',
    breaks: (store) => ({
      endTurn: (chat, fence, options) => store.endTurn(chat, fence, { responseMs: 0, ...options }),
    }),
  },
  {
    name: 'turns: only 49 response times are kept',
    breaks: (store) => ({
      getChat: async (ref, options) => {
        const chat = await store.getChat(ref, options)
        return chat === null ? null : { ...chat, recentResponseMs: chat.recentResponseMs.slice(-49) }
      },
    }),
  },
  {
    name: 'turns: beginning again begins another turn',
    breaks: (store) => ({
      beginTurn: (chat, options) => store.beginTurn(chat, { ...options, turnId: newId() }),
    }),
  },
  {
    name: 'turns: every fence is 1',
    breaks: (store) => ({
      beginTurn: async (chat, options) => ({ ...(await store.beginTurn(chat, options)), fence: 1 }),
    }),
  },
  {
    name: 'turns: the grant has the chat as it was before',
    breaks: (store) => ({
      beginTurn: async (chat, options) => {
        const grant = await store.beginTurn(chat, options)
        return { ...grant, chat: { ...grant.chat, lastSeq: grant.chat.firstSeq - 1 } }
      },
    }),
  },
  {
    name: 'turns: retryAfterMs is missing',
    breaks: (store) => ({
      beginTurn: (chat, options) =>
        store.beginTurn(chat, options).catch((error: unknown) => {
          if (isSessError(error, 'TURN_IN_PROGRESS'))
            throw new SessError('TURN_IN_PROGRESS', 'busy', { reason: 'busy' })
          throw error
        }),
    }),
  },
  {
    name: 'turns: renewing twice in a moment is TURN_LOST',
    breaks: (store, clock) => {
      const renewed = new Map<string, string>()
      return {
        renewTurn: async (chat, fence, options) => {
          const now = `${clock()} ${options.leaseMs}`
          const { interrupted } = await store.renewTurn(chat, fence, options)
          if (renewed.get(chat.id) === now && !interrupted) throw new SessError('TURN_LOST', 'twice', { fence })
          renewed.set(chat.id, now)
          return { interrupted }
        },
      }
    },
  },
  {
    name: 'turns: interrupting works in active sessions only',
    breaks: (store) => ({
      interruptTurn: async (chat, options) => {
        const { status = 'active' } = (await store.getSession(chat.session).catch(() => null)) ?? {}
        return status === 'active' && (await store.interruptTurn(chat, options))
      },
    }),
  },
  {
    name: 'turns: interrupting has no effect',
    breaks: () => ({ interruptTurn: async () => true }),
  },
  {
    name: 'turns: nobody learns of an interruption',
    breaks: (store) => ({
      renewTurn: async (chat, fence, options) => {
        await store.renewTurn(chat, fence, options)
        return { interrupted: false }
      },
    }),
  },
  {
    name: 'turns: an interruption stays for the next turn',
    breaks: (store) => {
      const interrupted = new Set<string>()
      return {
        interruptTurn: async (chat, options) => {
          const runs = await store.interruptTurn(chat, options)
          if (runs) interrupted.add(chat.id)
          return runs
        },
        renewTurn: async (chat, fence, options) => {
          const answer = await store.renewTurn(chat, fence, options)
          return { interrupted: answer.interrupted || interrupted.has(chat.id) }
        },
      }
    },
  },
  {
    name: 'turns: interrupting takes the turn away',
    breaks: (store) => ({
      interruptTurn: async (chat, options) => {
        const runs = await store.interruptTurn(chat, options)
        if (runs)
          await store.beginTurn(chat, { turnId: newId(), leaseMs: 1, ifBusy: 'take-over' }).catch(() => undefined)
        return runs
      },
    }),
  },
  {
    name: 'turns: interrupting says that a turn runs where none does',
    breaks: (store) => ({
      interruptTurn: async (chat, options) => {
        await store.interruptTurn(chat, options)
        return true
      },
    }),
  },
  {
    name: 'turns: a paused session asks its turns to stop',
    breaks: (store) => ({
      renewTurn: async (chat, fence, options) => {
        const answer = await store.renewTurn(chat, fence, options)
        const session = await store.getSession(chat.session)
        return { interrupted: answer.interrupted || session?.status === 'paused' }
      },
    }),
  },
  {
    name: 'turns: a closed session does not ask its turns to stop',
    breaks: (store) => ({
      renewTurn: async (chat, fence, options) => {
        const answer = await store.renewTurn(chat, fence, options)
        const session = await store.getSession(chat.session)
        return { interrupted: answer.interrupted && session?.status !== 'closed' }
      },
    }),
  },
  {
    name: 'turns: a turn cannot go on in a session that was paused',
    breaks: (store) => ({
      appendMessages: async (chat, messages, options) => {
        const session = await store.getSession(chat.session).catch(() => null)
        const known = options?.fence !== undefined && session?.status === 'paused'
        if (known && messages.every(({ content }) => content === 'answer')) {
          throw new SessError('SESSION_PAUSED', 'paused', { sessionId: chat.session.id })
        }
        return store.appendMessages(chat, messages, options)
      },
    }),
  },
  {
    name: 'turns: nobody else may append while one runs',
    breaks: (store) => {
      const running = new Set<string>()
      return {
        beginTurn: async (chat, options) => {
          const grant = await store.beginTurn(chat, options)
          running.add(chat.id)
          return grant
        },
        endTurn: async (chat, fence, options) => {
          await store.endTurn(chat, fence, options)
          running.delete(chat.id)
        },
        appendMessages: async (chat, messages, options) => {
          if (options?.fence === undefined && running.has(chat.id))
            throw new SessError('TURN_IN_PROGRESS', 'busy', { reason: 'busy' })
          return store.appendMessages(chat, messages, options)
        },
      }
    },
  },
  {
    name: 'turns: one runs in a session, not in a chat',
    breaks: (store) => {
      const running = new Map<string, string>()
      return {
        beginTurn: async (chat, options) => {
          const other = running.get(chat.session.id)
          if (other !== undefined && other !== chat.id)
            throw new SessError('TURN_IN_PROGRESS', 'busy', { reason: 'busy' })
          const grant = await store.beginTurn(chat, options)
          running.set(chat.session.id, chat.id)
          return grant
        },
        endTurn: async (chat, fence, options) => {
          await store.endTurn(chat, fence, options)
          running.delete(chat.session.id)
        },
      }
    },
  },
  {
    name: 'turns: one begins in a session that is being made',
    breaks: (store) => ({
      beginTurn: async (chat, options) => {
        const session = await store.getSession(chat.session).catch(() => null)
        const record = await store.getChat(chat).catch(() => null)
        if (session?.status === 'pending' && record !== null) return { fence: 1, session, chat: record }
        return store.beginTurn(chat, options)
      },
    }),
  },
  {
    name: 'turns: a turn outlives its chat',
    breaks: (store) => {
      const deleted = new Set<string>()
      return {
        deleteChat: async (chat, options) => {
          const there = await store.deleteChat(chat, options)
          deleted.add(chat.id)
          return there
        },
        endTurn: async (chat, fence, options) => {
          if (!deleted.has(chat.id)) await store.endTurn(chat, fence, options)
        },
      }
    },
  },
]
