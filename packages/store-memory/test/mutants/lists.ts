import {
  isSessError,
  type ListSessionsQuery,
  type Page,
  type PageOptions,
  type Store,
  type StoredSession,
} from '@sess/core'
import type { Mutant } from './mutant.ts'

/** All sessions of a query. */
async function allOf(store: Store, query: ListSessionsQuery): Promise<readonly StoredSession[]> {
  const items: StoredSession[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await store.listSessions(query, { limit: 200, cursor })
    items.push(...page.items)
    if (page.nextCursor === null) return items
    cursor = page.nextCursor
  }
}

/** Pages by counting, as OFFSET does. */
function byOffset(items: readonly StoredSession[], { limit = 20, cursor }: PageOptions): Page<StoredSession> {
  const from = cursor === undefined ? 0 : Number(cursor)
  const to = from + limit
  return { items: items.slice(from, to), nextCursor: to < items.length ? `${to}` : null }
}

/** A list that mends cursors that it should refuse. */
function takesAnyCursor(
  name: 'listSessions' | 'listChats' | 'expireIdle',
  mended: (cursor: string) => boolean,
): Mutant['breaks'] {
  return (store) => ({
    [name]: async (first: never, options?: PageOptions) => {
      const method = store[name] as (first: never, options?: PageOptions) => Promise<unknown>
      try {
        return await Reflect.apply(method, store, [first, options])
      } catch (error) {
        if (!isSessError(error, 'CURSOR_INVALID') || options?.cursor === undefined || !mended(options.cursor))
          throw error
        const { cursor, ...rest } = options
        return Reflect.apply(method, store, [first, rest])
      }
    },
  })
}

export const listMutants: readonly Mutant[] = [
  {
    name: 'lists: what is being made is counted for nobody',
    breaks: (store) => ({
      countSessions: async (query, options) => {
        const count = await store.countSessions(query, options)
        return query.status === 'pending' ? 0 : count
      },
    }),
  },
  {
    name: 'lists: oldest first',
    breaks: (store) => ({
      listSessions: async (query, options) => {
        const page = await store.listSessions(query, options)
        return { ...page, items: page.items.toReversed() }
      },
    }),
  },
  {
    name: 'lists: pages are counted',
    breaks: (store) => ({
      listSessions: async (query, options = {}) => {
        if (options.signal !== undefined || (options.cursor !== undefined && !/^\d+$/.test(options.cursor)))
          return store.listSessions(query, options)
        if (
          options.limit !== undefined &&
          !(options.limit >= 1 && options.limit <= 200 && Number.isInteger(options.limit))
        )
          return store.listSessions(query, options)
        return byOffset(await allOf(store, query), options)
      },
    }),
  },
  {
    name: 'lists: a page that ends exactly is the last',
    breaks: (store) => ({
      listSessions: async (query, options) => {
        const page = await store.listSessions(query, options)
        return page.items.length === 3 ? { ...page, nextCursor: null } : page
      },
    }),
  },
  {
    name: 'lists: one session is left out between two pages',
    breaks: (store) => ({
      listSessions: async (query, options) => {
        const page = await store.listSessions(query, options)
        return options?.cursor === undefined || page.items.length < 2 ? page : { ...page, items: page.items.slice(1) }
      },
    }),
  },
  {
    name: 'lists: a page has one more than asked for',
    breaks: (store) => ({
      listSessions: (query, options) =>
        store.listSessions(query, options?.limit === 3 ? { ...options, limit: 4 } : options),
    }),
  },
  {
    name: 'lists: 200 is the default',
    breaks: (store) => ({ listSessions: (query, options) => store.listSessions(query, { limit: 200, ...options }) }),
  },
  {
    name: 'lists: any limit is taken',
    breaks: (store) => ({
      listSessions: (query, options) => {
        const { limit = 20 } = options ?? {}
        return store.listSessions(query, { ...options, limit: Math.min(200, Math.max(1, Math.trunc(limit) || 1)) })
      },
    }),
  },
  {
    name: 'lists: chats, any limit is taken',
    breaks: (store) => ({
      listChats: (ref, options) => {
        const { limit = 20 } = options ?? {}
        return store.listChats(ref, { ...options, limit: Math.min(200, Math.max(1, Math.trunc(limit) || 1)) })
      },
    }),
  },
  {
    name: 'lists: a userId without an orgId is every one of that name',
    breaks: (store) => ({
      listSessions: async (query, options) =>
        query.orgId === undefined && query.userId !== undefined
          ? { items: [], nextCursor: null }
          : store.listSessions(query, options),
    }),
  },
  {
    name: 'lists: by activity, an organisation is taken too',
    breaks: (store) => ({
      listSessions: ({ order, ...query }, options) =>
        store.listSessions(query.userId === undefined ? query : { ...query, order }, options),
    }),
  },
  {
    name: 'lists: by activity, to the millisecond',
    breaks: (store) => ({
      listSessions: async (query, options) => {
        const page = await store.listSessions(query, options)
        if (query.order !== 'active') return page
        return {
          ...page,
          items: page.items.toSorted((a, b) => b.lastActiveAt - a.lastActiveAt || (a.id < b.id ? -1 : 1)),
        }
      },
    }),
  },
  {
    name: 'lists: the status is not looked at',
    breaks: (store) => ({ listSessions: ({ status, ...query }, options) => store.listSessions(query, options) }),
  },
  {
    name: 'lists: the tag is not looked at',
    breaks: (store) => ({ listSessions: ({ tag, ...query }, options) => store.listSessions(query, options) }),
  },
  {
    name: 'lists: a part of a tag is enough',
    breaks: (store) => ({
      listSessions: async ({ tag, ...query }, options) => {
        if (tag === undefined || tag === '' || tag.length > 4 || options?.limit !== 1)
          return store.listSessions({ ...query, tag }, options)
        const items = (await allOf(store, query)).filter(({ tags }) => tags.some((one) => one.includes(tag)))
        return { items, nextCursor: null }
      },
    }),
  },
  {
    name: 'lists: a tag is compared without case',
    breaks: (store) => ({
      listSessions: async ({ tag, ...query }, options) => {
        if (tag === undefined || tag.toLowerCase() === tag || options?.cursor !== undefined)
          return store.listSessions({ ...query, tag }, options)
        const items = (await allOf(store, query)).filter(({ tags }) =>
          tags.some((one) => one.toLowerCase() === tag.toLowerCase()),
        )
        return { items, nextCursor: null }
      },
    }),
  },
  {
    name: 'lists: of an organisation, only the first user',
    breaks: (store) => ({
      listSessions: async (query, options) => {
        const page = await store.listSessions(query, options)
        if (query.orgId === undefined || query.userId !== undefined) return page
        const [first] = page.items
        return { ...page, items: page.items.filter(({ owner }) => owner.userId === first?.owner.userId) }
      },
    }),
  },
  {
    name: 'lists: the records are those of the first listing',
    breaks: (store) => {
      const cached = new Map<string, Page<StoredSession>>()
      return {
        listSessions: async (query, options) => {
          const key = JSON.stringify([query, options?.cursor, options?.limit])
          const page = await store.listSessions(query, options)
          if (!cached.has(key)) cached.set(key, page)
          return cached.get(key) ?? page
        },
      }
    },
  },
  {
    name: 'lists: a count takes pending sessions in',
    breaks: (store) => {
      const pending = new Map<string, number>()
      return {
        createSession: async (session, options) => {
          const answer = await store.createSession(session, options)
          const who = JSON.stringify(session.owner)
          if (answer.session.status === 'pending') pending.set(who, (pending.get(who) ?? 0) + 1)
          return answer
        },
        updateSession: async (ref, change, options) => {
          const before = await store.getSession(ref).catch(() => null)
          const after = await store.updateSession(ref, change, options)
          if (before?.status === 'pending') pending.delete(JSON.stringify(ref.owner))
          return after
        },
        countSessions: async (query, options) => {
          const count = await store.countSessions(query, options)
          const who = JSON.stringify({ orgId: query.orgId, userId: query.userId })
          return query.status === undefined ? count + (pending.get(who) ?? 0) : count
        },
      }
    },
  },
  {
    name: 'lists: where there is nothing, listing throws',
    breaks: (store) => ({
      listSessions: async (query, options) => {
        const page = await store.listSessions(query, options)
        if (page.items.length === 0 && query.tag === undefined) throw new RangeError('nothing there')
        return page
      },
    }),
  },
  {
    name: 'lists: pages of chats are counted',
    breaks: (store) => ({
      listChats: async (ref, options = {}) => {
        const { limit = 20, cursor } = options
        if (
          (cursor !== undefined && !/^\d+$/.test(cursor)) ||
          options.signal !== undefined ||
          limit > 200 ||
          !(limit >= 1) ||
          limit % 1 !== 0
        )
          return store.listChats(ref, options)
        const { items } = await store.listChats(ref, { limit: 200 })
        const from = Number(cursor ?? 0)
        return {
          items: items.slice(from, from + limit),
          nextCursor: from + limit < items.length ? `${from + limit}` : null,
        }
      },
    }),
  },
  {
    name: 'lists: * stands for every organisation',
    breaks: (store) => ({
      countSessions: ({ orgId, ...query }, options) =>
        orgId === '*' ? store.countSessions({}, options) : store.countSessions({ ...query, orgId }, options),
    }),
  },
  {
    name: 'lists: a count does not look at the status',
    breaks: (store) => ({ countSessions: ({ status, ...query }, options) => store.countSessions(query, options) }),
  },
  {
    name: 'lists: a count of the store is that of the largest organisation',
    breaks: (store) => ({
      countSessions: async (query, options) => {
        const count = await store.countSessions(query, options)
        return query.orgId === undefined && query.userId === undefined && count > 0 ? count - 1 : count
      },
    }),
  },
  {
    name: 'cursors: a damaged one of listSessions begins anew',
    breaks: takesAnyCursor('listSessions', (cursor) => cursor.length < 8),
  },
  {
    name: 'cursors: one of another query of listSessions begins anew',
    breaks: takesAnyCursor('listSessions', (cursor) => {
      const text = Buffer.from(cursor, 'base64url').toString()
      return /^[0-9a-f]{8}\[-?\d+,"[0-9a-f-]{36}"\]$/.test(text)
    }),
  },
  {
    name: 'cursors: any one is good for listChats',
    breaks: takesAnyCursor('listChats', () => true),
  },
  {
    name: 'cursors: any one is good for expireIdle',
    breaks: takesAnyCursor('expireIdle', () => true),
  },
  {
    name: 'cursors: can be used once',
    breaks: (store) => {
      const used = new Set<string>()
      return {
        listSessions: async (query, options) => {
          const { cursor } = options ?? {}
          if (cursor !== undefined && used.has(cursor)) return { items: [], nextCursor: null }
          if (cursor !== undefined) used.add(cursor)
          return store.listSessions(query, options)
        },
      }
    },
  },
  {
    name: 'cursors: names that run together are one',
    breaks: (store) => {
      const scopes = new Map<string, string>()
      return {
        listSessions: async (query, options) => {
          const scope = `${query.orgId}:${query.userId}`
          const { cursor } = options ?? {}
          if (cursor !== undefined && scopes.get(cursor) === scope) {
            return store.listSessions(query, options).catch(() => ({ items: [], nextCursor: null }))
          }
          const page = await store.listSessions(query, options)
          if (
            page.nextCursor !== null &&
            query.status === undefined &&
            query.tag === undefined &&
            query.order === undefined
          )
            scopes.set(page.nextCursor, scope)
          return page
        },
      }
    },
  },
  {
    name: 'stats: messages that were trimmed stay in them',
    breaks: (store) => {
      const extra = new Map<string, number>()
      return {
        appendMessages: async (chat, messages, options) => {
          const result = await store.appendMessages(chat, messages, options)
          if (result.firstSeq > 1 && messages.length > 4) extra.set(chat.session.owner.userId, result.firstSeq - 1)
          return result
        },
        stats: async (scope, options) => {
          const stats = await store.stats(scope, options)
          return stats.messages === 0
            ? stats
            : { ...stats, messages: stats.messages + (extra.get(scope.userId ?? '') ?? 0) }
        },
      }
    },
  },
  ...(['chats', 'messages', 'users'] as const).map(
    (figure): Mutant => ({
      name: `stats: ${figure} are those of the whole store`,
      breaks: (store) => ({
        stats: async (scope, options) => {
          const stats = await store.stats(scope, options)
          return { ...stats, [figure]: (await store.stats({}))[figure] }
        },
      }),
    }),
  ),
  {
    name: 'stats: of nothing are 0',
    breaks: (store) => ({
      stats: async (scope, options) => {
        const stats = await store.stats(scope, options)
        return { ...stats, lastActiveAt: stats.lastActiveAt ?? 0 }
      },
    }),
  },
  {
    name: 'stats: the newest is the oldest',
    breaks: (store) => ({
      stats: async (scope, options) => {
        const stats = await store.stats(scope, options)
        return { ...stats, oldestSessionAt: stats.newestSessionAt === null ? null : stats.newestSessionAt + 1 }
      },
    }),
  },
  {
    name: 'stats: pending sessions are in them',
    breaks: (store) => {
      let pending = 0
      return {
        createSession: async (session, options) => {
          const answer = await store.createSession(session, options)
          if (answer.session.status === 'pending') pending++
          return answer
        },
        stats: async (scope, options) => {
          const stats = await store.stats(scope, options)
          return { ...stats, sessions: { ...stats.sessions, active: stats.sessions.active + pending } }
        },
      }
    },
  },
  {
    name: 'stats: an expired session keeps its messages in them',
    breaks: (store) => {
      const counts = new Map<string, number>()
      return {
        appendMessages: async (chat, messages, options) => {
          const result = await store.appendMessages(chat, messages, options)
          counts.set(chat.session.id, messages.length)
          return result
        },
        stats: async (scope, options) => {
          const stats = await store.stats(scope, options)
          let dead = 0
          for (const [id, count] of counts)
            if (
              await store.findSession(id).then(
                () => false,
                () => true,
              )
            )
              dead += count
          return { ...stats, messages: stats.messages + dead }
        },
      }
    },
  },
]
