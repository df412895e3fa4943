import { isSessError, newId, SessError, type Store, type StoredSession } from '@sess/core'
import type { Mutant } from './mutant.ts'

/** What a method does on an expired session that forgets to look at the expiry: as if there were none. */
function forgetsExpiry(name: keyof Store, answer: () => unknown): Mutant['breaks'] {
  return (store) => ({
    [name]: async (...parameters: readonly unknown[]) => {
      const method = store[name] as (...parameters: readonly unknown[]) => Promise<unknown>
      try {
        return await Reflect.apply(method, store, parameters)
      } catch (error) {
        if (isSessError(error, 'SESSION_EXPIRED')) return answer()
        throw error
      }
    },
  })
}

const answers: Partial<Record<keyof Store, () => unknown>> = {
  getSession: () => null,
  findSession: () => null,
  getChat: () => null,
  listChats: () => ({ items: [], nextCursor: null }),
  readMessages: () => ({ messages: [], firstSeq: 1, lastSeq: 0 }),
  getContext: () => undefined,
  listContext: () => [],
  deleteChat: () => false,
  deleteContext: () => false,
  setContext: () => undefined,
  endTurn: () => undefined,
  renewTurn: () => ({ interrupted: true }),
  interruptTurn: () => false,
}
const notFound: readonly (keyof Store)[] = [
  'updateSession',
  'touchSession',
  'createChat',
  'updateChat',
  'activateChat',
  'appendMessages',
  'rewriteMessages',
  'beginTurn',
]

export const expiryMutants: readonly Mutant[] = [
  ...Object.entries(answers).map(
    ([name, answer]): Mutant => ({
      name: `expiry: ${name} of an expired session is as of a missing one`,
      breaks: forgetsExpiry(name as keyof Store, answer),
    }),
  ),
  ...notFound.map(
    (name): Mutant => ({
      name: `expiry: ${name} of an expired session is SESSION_NOT_FOUND`,
      breaks: forgetsExpiry(name, () => {
        throw new SessError('SESSION_NOT_FOUND', 'gone', { sessionId: '' })
      }),
    }),
  ),
  {
    name: 'expiry: a session expires 1 ms early',
    breaks: (store, clock) => ({
      getSession: async (ref, options) => {
        const session = await store.getSession(ref, options)
        if (session?.expiresAt !== clock() + 1) return session
        throw new SessError('SESSION_EXPIRED', 'early', { sessionId: ref.id })
      },
    }),
  },
  {
    name: 'expiry: a session expires 1 ms late',
    breaks: (store, clock) => {
      const last = new Map<string, StoredSession>()
      return {
        getSession: async (ref, options) => {
          try {
            const session = await store.getSession(ref, options)
            if (session !== null) last.set(ref.id, session)
            return session
          } catch (error) {
            const session = last.get(ref.id)
            if (session?.expiresAt !== clock()) throw error
            return session
          }
        },
      }
    },
  },
  {
    name: 'expiry: an append is taken 1 ms late',
    breaks: (store, clock) => {
      const ends = new Map<string, number | null>()
      return {
        createSession: async (session, options) => {
          const answer = await store.createSession(session, options)
          ends.set(session.id, answer.session.expiresAt)
          return answer
        },
        appendMessages: async (chat, messages, options) => {
          try {
            return await store.appendMessages(chat, messages, options)
          } catch (error) {
            if (ends.get(chat.session.id) !== clock()) throw error
            return { seqs: messages.map(() => 1), written: messages.map(() => true), storedAt: clock(), firstSeq: 1 }
          }
        },
      }
    },
  },
  {
    name: 'health: is 1 ms ahead of the clock of the records',
    breaks: (store, clock) => ({
      health: async (options) => ({ ...(await store.health(options)), now: clock() + 1 }),
    }),
  },
  {
    name: 'expiry: lists have sessions that expired',
    breaks: (store) => {
      const made = new Map<string, StoredSession>()
      return {
        createSession: async (session, options) => {
          const answer = await store.createSession(session, options)
          made.set(session.id, answer.session)
          return answer
        },
        listSessions: async (query, options) => {
          const page = await store.listSessions(query, options)
          const dead: StoredSession[] = []
          for (const session of made.values()) {
            if (session.owner.orgId !== query.orgId || query.tag === undefined) continue
            const expired = await store.findSession(session.id).catch(() => true)
            if (expired === true) dead.push(session)
          }
          return { ...page, items: [...page.items, ...dead] }
        },
      }
    },
  },
  {
    name: 'expiry: counts have sessions that expired',
    breaks: (store) => {
      const made = new Map<string, StoredSession>()
      return {
        createSession: async (session, options) => {
          const answer = await store.createSession(session, options)
          made.set(session.id, answer.session)
          return answer
        },
        countSessions: async (query, options) => {
          let count = await store.countSessions(query, options)
          for (const { id, owner } of made.values()) {
            if (owner.orgId !== query.orgId || owner.userId !== query.userId || query.status !== undefined) continue
            if ((await store.findSession(id).catch(() => true)) === true) count++
          }
          return count
        },
      }
    },
  },
  {
    name: 'expiry: the later of idle and absolute counts',
    breaks: (store) => ({
      createSession: async (session, options) => {
        const { idleMs, absoluteMs } = session.expiry
        if (idleMs === null || absoluteMs === null) return store.createSession(session, options)
        const later = Math.max(idleMs, absoluteMs)
        const answer = await store.createSession({ ...session, expiry: { idleMs: later, absoluteMs: null } }, options)
        return { ...answer, session: { ...answer.session, expiry: session.expiry } }
      },
    }),
  },
  {
    name: 'expiry: the absolute end counts from now',
    breaks: (store) => ({
      createSession: async (session, options) => {
        const answer = await store.createSession(session, options)
        const { createdAt, expiry } = answer.session
        if (session.createdAt === undefined || expiry.absoluteMs === null) return answer
        return {
          ...answer,
          session: {
            ...answer.session,
            expiresAt: answer.session.lastActiveAt - createdAt + (answer.session.expiresAt ?? 0),
          },
        }
      },
    }),
  },
  {
    name: 'expiry: touching slides nothing',
    breaks: (store) => ({
      touchSession: async (ref, options) => {
        const before = await store.getSession(ref)
        if (options?.expiresInMs === undefined && before !== null) return before
        return store.touchSession(ref, options)
      },
    }),
  },
  ...(['appendMessages', 'rewriteMessages', 'setContext', 'deleteContext'] as const).map(
    (name): Mutant => ({
      name: `expiry: ${name} is no activity`,
      breaks: (store) => {
        const frozen = new Map<string, Pick<StoredSession, 'lastActiveAt' | 'expiresAt'>>()
        return {
          getSession: async (ref, options) => {
            const session = await store.getSession(ref, options)
            return session === null ? null : { ...session, ...frozen.get(ref.id) }
          },
          touchSession: async (ref, options) => {
            frozen.delete(ref.id)
            return store.touchSession(ref, options)
          },
          [name]: async (...parameters: readonly unknown[]) => {
            const [target] = parameters as [{ id: string; session?: { id: string; owner: never }; owner: never }]
            const ref = target.session ?? target
            const before = await store.getSession(ref).catch(() => null)
            const answer: unknown = await Reflect.apply(store[name] as () => unknown, store, parameters)
            if (before !== null && before.status !== 'pending')
              frozen.set(ref.id, { lastActiveAt: before.lastActiveAt, expiresAt: before.expiresAt })
            return answer
          },
        }
      },
    }),
  ),
  ...(['getSession', 'listContext', 'listChats'] as const).map(
    (name): Mutant => ({
      name: `expiry: ${name} is activity`,
      breaks: (store) => ({
        [name]: async (...parameters: readonly unknown[]) => {
          const [ref] = parameters as [{ id: string; owner: never }]
          const answer: unknown = await Reflect.apply(store[name] as () => unknown, store, parameters)
          await store.touchSession(ref).catch(() => undefined)
          return answer
        },
      }),
    }),
  ),
  {
    name: 'expiry: activity sets it to idleMs later, also if that is earlier',
    breaks: (store) => ({
      touchSession: (ref, options) => sliding(store, ref, options),
    }),
  },
  {
    name: 'expiry: extending never makes it earlier',
    breaks: (store, clock) => ({
      touchSession: async (ref, options) => {
        const before = await store.getSession(ref)
        const left = (before?.expiresAt ?? 0) - clock()
        const { expiresInMs } = options ?? {}
        return store.touchSession(
          ref,
          expiresInMs === undefined || expiresInMs < 1000
            ? options
            : { ...options, expiresInMs: Math.max(left, expiresInMs) },
        )
      },
    }),
  },
  {
    name: 'expiry: extending goes past the absolute end',
    breaks: (store, clock) => ({
      touchSession: async (ref, options) => {
        const session = await store.touchSession(ref, options)
        const { expiresInMs = 0 } = options ?? {}
        return expiresInMs > 1_000_000 ? { ...session, expiresAt: clock() + expiresInMs } : session
      },
    }),
  },
  {
    name: 'expiry: activity goes past the absolute end',
    breaks: (store) => ({
      getSession: async (ref, options) => {
        const session = await store.getSession(ref, options)
        const { idleMs, absoluteMs } = session?.expiry ?? { idleMs: null, absoluteMs: null }
        if (session === null || idleMs === null || absoluteMs === null) return session
        return { ...session, expiresAt: session.lastActiveAt + idleMs }
      },
    }),
  },
  {
    name: 'expiry: a session that never expires cannot be given an end',
    breaks: (store) => ({
      touchSession: async (ref, options) => {
        const before = await store.getSession(ref)
        return store.touchSession(ref, before?.expiresAt === null ? { signal: options?.signal } : options)
      },
    }),
  },
  {
    name: 'expiry: touching works in active sessions only',
    breaks: (store) => ({
      touchSession: async (ref, options) => {
        const before = await store.getSession(ref)
        if (before?.status === 'archived' && (options?.expiresInMs ?? 0) > 1)
          throw new SessError('SESSION_ARCHIVED', 'archived', { sessionId: ref.id })
        return store.touchSession(ref, options)
      },
    }),
  },
  {
    name: 'expiry: never is a day',
    breaks: (store, clock) => ({
      createSession: async (session, options) => {
        const answer = await store.createSession(session, options)
        const { idleMs, absoluteMs } = session.expiry
        if (idleMs !== null || absoluteMs !== null || session.pendingMs !== null) return answer
        return { ...answer, session: { ...answer.session, expiresAt: clock() + 86_400_000 } }
      },
    }),
  },
  {
    name: 'expiry: an expired session cannot be deleted',
    breaks: (store) => ({
      deleteSession: async (ref, options) => {
        await store.getSession(ref)
        return store.deleteSession(ref, options)
      },
    }),
  },
  {
    name: 'expiry: an archived session never expires',
    breaks: (store, clock) => ({
      updateSession: async (ref, change, options) => {
        try {
          return await store.updateSession(ref, change, options)
        } catch (error) {
          const [claimed] = await store.claimExpired({ limit: 1, leaseMs: 1, only: ref })
          if (isSessError(error, 'SESSION_EXPIRED') && claimed?.session.status === 'archived')
            return { ...claimed.session, updatedAt: clock() }
          throw error
        }
      },
    }),
  },

  {
    name: 'sweep: a lease is not looked at',
    breaks: (store, clock) => {
      const leased = new Map<
        string,
        { readonly session: StoredSession; readonly claim: string; readonly until: number }
      >()
      return {
        claimExpired: async (options) => {
          const claimed = await store.claimExpired(options)
          for (const { session, claim } of claimed)
            leased.set(session.id, { session, claim, until: clock() + options.leaseMs })
          if (options.only !== undefined) return claimed
          const again = [...leased.values()].filter(
            ({ until, session }) => clock() < until && !claimed.some((one) => one.session.id === session.id),
          )
          return [...claimed, ...again].slice(0, options.limit)
        },
        removeExpired: async (ref, claim, options) => {
          leased.delete(ref.id)
          return store.removeExpired(ref, claim, options)
        },
      }
    },
  },
  {
    name: 'sweep: a lease never ends',
    breaks: (store) => ({
      claimExpired: (options) => store.claimExpired({ ...options, leaseMs: 86_400_000 }),
    }),
  },
  {
    name: 'sweep: the limit is not looked at',
    breaks: (store) => ({ claimExpired: (options) => store.claimExpired({ ...options, limit: 1000 }) }),
  },
  {
    name: 'sweep: the session that is named is not looked at',
    breaks: (store) => ({ claimExpired: ({ only, ...options }) => store.claimExpired(options) }),
  },
  {
    name: 'sweep: any owner may claim the session that is named',
    breaks: (store) => {
      const owners = new Map<string, StoredSession>()
      return {
        createSession: async (session, options) => {
          const answer = await store.createSession(session, options)
          owners.set(session.id, answer.session)
          return answer
        },
        claimExpired: ({ only, ...options }) => {
          const session = only === undefined ? undefined : owners.get(only.id)
          return store.claimExpired({ ...options, only: session ?? only })
        },
      }
    },
  },
  {
    name: 'sweep: sessions that were being made are forgotten',
    breaks: (store) => ({
      claimExpired: async (options) =>
        (await store.claimExpired(options)).filter(({ session }) => session.status !== 'pending'),
    }),
  },
  {
    name: 'sweep: living sessions are claimed',
    breaks: (store) => ({
      claimExpired: async (options) => {
        const claimed = await store.claimExpired(options)
        const { items } = await store.listSessions({})
        return options.only === undefined
          ? [...claimed, ...items.map((session) => ({ session, claim: newId() }))].slice(0, options.limit)
          : claimed
      },
    }),
  },
  {
    name: 'sweep: a claimed session has lost its tags',
    breaks: (store) => ({
      claimExpired: async (options) =>
        (await store.claimExpired(options)).map(({ session, claim }) => ({ session: { ...session, tags: [] }, claim })),
    }),
  },
  {
    name: 'sweep: any claim removes',
    breaks: (store) => {
      const claims = new Map<string, string>()
      return {
        claimExpired: async (options) => {
          const claimed = await store.claimExpired(options)
          for (const { session, claim } of claimed) claims.set(session.id, claim)
          return claimed
        },
        removeExpired: (ref, claim, options) => store.removeExpired(ref, claims.get(ref.id) ?? claim, options),
      }
    },
  },
  {
    name: 'sweep: a claim that passed on still removes',
    breaks: (store) => {
      const claims = new Map<string, string[]>()
      return {
        claimExpired: async (options) => {
          const claimed = await store.claimExpired(options)
          for (const { session, claim } of claimed) claims.set(session.id, [...(claims.get(session.id) ?? []), claim])
          return claimed
        },
        removeExpired: (ref, claim, options) => {
          const given = claims.get(ref.id) ?? []
          return store.removeExpired(ref, given.includes(claim) ? (given.at(-1) ?? claim) : claim, options)
        },
      }
    },
  },
  {
    name: 'sweep: a lapsed claim removes nothing',
    breaks: (store, clock) => {
      const ends = new Map<string, number>()
      return {
        claimExpired: async (options) => {
          const claimed = await store.claimExpired(options)
          for (const { claim } of claimed) ends.set(claim, clock() + options.leaseMs)
          return claimed
        },
        removeExpired: async (ref, claim, options) =>
          clock() < (ends.get(claim) ?? 0) ? store.removeExpired(ref, claim, options) : false,
      }
    },
  },
  {
    name: 'sweep: the owner is not looked at',
    breaks: (store) => {
      const owners = new Map<string, StoredSession>()
      return {
        createSession: async (session, options) => {
          const answer = await store.createSession(session, options)
          owners.set(session.id, answer.session)
          return answer
        },
        removeExpired: (ref, claim, options) => store.removeExpired(owners.get(ref.id) ?? ref, claim, options),
      }
    },
  },
  {
    name: 'sweep: a claim that was removed removes again',
    breaks: (store) => ({
      removeExpired: async (ref, claim, options) => {
        await store.removeExpired(ref, claim, options)
        return (await store.claimExpired({ limit: 1, leaseMs: 1, only: ref })).length === 0
      },
    }),
  },
  {
    name: 'sweep: a claim is by the id, so that a session made anew can be removed',
    breaks: (store) => {
      const claims = new Map<string, string>()
      return {
        claimExpired: async (options) => {
          const claimed = await store.claimExpired(options)
          for (const { session, claim } of claimed) claims.set(session.id, claim)
          return claimed
        },
        removeExpired: async (ref, claim, options) => {
          const living = await store.getSession(ref).catch(() => null)
          if (living !== null && claims.get(ref.id) === claim) return store.deleteSession(ref, { operationId: newId() })
          return store.removeExpired(ref, claim, options)
        },
      }
    },
  },
  {
    name: 'sweep: removing takes the other sessions of the owner with it',
    breaks: (store) => ({
      removeExpired: async (ref, claim, options) => {
        const removed = await store.removeExpired(ref, claim, options)
        const { items } = await store.listSessions(ref.owner)
        if (removed) for (const session of items) await store.deleteSession(session, { operationId: newId() })
        return removed
      },
    }),
  },
  {
    name: 'sweep: removing leaves a hull behind',
    breaks: (store) => {
      const left = new Set<string>()
      return {
        removeExpired: async (ref, claim, options) => {
          const removed = await store.removeExpired(ref, claim, options)
          if (removed) left.add(ref.id)
          return removed
        },
        findSession: async (id, options) => {
          if (left.has(id)) throw new SessError('SESSION_EXPIRED', 'still', { sessionId: id })
          return store.findSession(id, options)
        },
      }
    },
  },
  {
    name: 'sweep: claiming brings a session back to life',
    breaks: (store) => {
      const claimed = new Map<string, StoredSession>()
      return {
        claimExpired: async (options) => {
          const claims = await store.claimExpired(options)
          for (const { session } of claims) claimed.set(session.id, session)
          return claims
        },
        touchSession: (ref, options) =>
          store.touchSession(ref, options).catch((error: unknown) => {
            const session = claimed.get(ref.id)
            if (session === undefined) throw error
            return session
          }),
      }
    },
  },
  {
    name: 'sweep: expireIdle wants 1 ms more',
    breaks: (store) => ({ expireIdle: (idleMs, options) => store.expireIdle(idleMs + 1, options) }),
  },
  {
    name: 'sweep: expireIdle wants 1 ms less',
    breaks: (store) => ({ expireIdle: (idleMs, options) => store.expireIdle(idleMs - 1, options) }),
  },
  {
    name: 'sweep: expireIdle takes active sessions too',
    breaks: (store) => ({
      expireIdle: async (idleMs, options) => {
        if (options?.cursor === undefined && options?.signal === undefined && idleMs === 1_000) {
          const { items } = await store.listSessions({})
          for (const session of items) await store.touchSession(session, { expiresInMs: 1 })
        }
        return store.expireIdle(idleMs, options)
      },
    }),
  },
  {
    name: 'sweep: expireIdle has one page only',
    breaks: (store) => ({
      expireIdle: async (idleMs, options) => ({ ...(await store.expireIdle(idleMs, options)), nextCursor: null }),
    }),
  },
  {
    name: 'sweep: expireIdle only tells',
    breaks: (store, clock) => ({
      expireIdle: async (idleMs) => {
        const { items } = await store.listSessions({}, { limit: 200 })
        return {
          items: items.filter(({ lastActiveAt }) => clock() - lastActiveAt >= idleMs).map(({ id }) => id),
          nextCursor: null,
        }
      },
    }),
  },
  {
    name: 'sweep: expireIdle answers what expired before, too',
    breaks: (store) => ({
      expireIdle: async (idleMs, options) => {
        const page = await store.expireIdle(idleMs, options)
        const dead = page.nextCursor === null ? await store.claimExpired({ limit: 1, leaseMs: 1 }) : []
        return { ...page, items: [...new Set([...page.items, ...dead.map(({ session }) => session.id)])] }
      },
    }),
  },
]

async function sliding(
  store: Store,
  ref: Parameters<Store['touchSession']>[0],
  options: Parameters<Store['touchSession']>[1],
): Promise<StoredSession> {
  const session = await store.touchSession(ref, options)
  const { idleMs } = session.expiry
  if (options?.expiresInMs !== undefined || idleMs === null || session.status === 'pending') return session
  return store.touchSession(ref, { ...options, expiresInMs: idleMs })
}
