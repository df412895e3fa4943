import { isSessError, newId, ownerTail, SessError, type SessionQuotas, type StoredSession } from '@sess/core'
import { type Mutant, pause } from './mutant.ts'

const noQuotas: SessionQuotas = { store: null, org: null, user: null }

/** A limit that is looked up before the session is made, as a check in the caller would do it. */
function checkedBefore(scope: 'user' | 'org' | 'store'): Mutant['breaks'] {
  return (store) => ({
    createSession: async (session, options) => {
      const limit = options.quotas[scope]
      if (limit === null) return store.createSession(session, options)
      const { orgId, userId } = session.owner
      const query = { user: { orgId, userId }, org: { orgId }, store: {} }[scope]
      const count = await store.countSessions(query)
      await pause()
      const quotas = count < limit ? { ...options.quotas, [scope]: null } : options.quotas
      return store.createSession(session, { ...options, quotas })
    },
  })
}

export const sessionMutants: readonly Mutant[] = [
  {
    name: 'sessions: a repeated creation is SESSION_EXISTS',
    breaks: (store) => {
      const made = new Set<string>()
      return {
        createSession: async (session, options) => {
          if (made.has(session.id)) throw new SessError('SESSION_EXISTS', 'the id is taken', {})
          const answer = await store.createSession(session, options)
          if (answer.created) made.add(session.id)
          return answer
        },
        deleteSession: async (ref, options) => {
          made.delete(ref.id)
          return store.deleteSession(ref, options)
        },
        removeExpired: async (ref, claim, options) => {
          made.delete(ref.id)
          return store.removeExpired(ref, claim, options)
        },
      }
    },
  },
  {
    name: 'sessions: a repeated creation says that nothing was created',
    breaks: (store) => {
      const made = new Set<string>()
      return {
        createSession: async (session, options) => {
          const answer = await store.createSession(session, options)
          const again = made.has(session.id)
          if (answer.created) made.add(session.id)
          return { ...answer, created: answer.created && !again }
        },
        deleteSession: async (ref, options) => {
          made.delete(ref.id)
          return store.deleteSession(ref, options)
        },
        removeExpired: async (ref, claim, options) => {
          made.delete(ref.id)
          return store.removeExpired(ref, claim, options)
        },
      }
    },
  },
  {
    name: 'sessions: an id that was not made for the owner is mended',
    breaks: (store) => ({
      createSession: (session, options) => {
        const id = session.id.slice(0, -4) + ownerTail(session.owner)
        return store.createSession({ ...session, id: id.length === 36 ? id : session.id }, options)
      },
    }),
  },
  {
    name: 'sessions: an id that another has is handed out',
    breaks: (store) => ({
      createSession: async (session, options) => {
        try {
          return await store.createSession(session, options)
        } catch (error) {
          const there = await store.findSession(session.id).catch(() => null)
          if (isSessError(error, 'SESSION_EXISTS') && there !== null && error.details.key === undefined) {
            return { session: there, created: true }
          }
          throw error
        }
      },
    }),
  },
  {
    name: 'sessions: createdAt that was given is ignored',
    breaks: (store) => ({
      createSession: ({ createdAt, ...session }, options) => store.createSession(session, options),
    }),
  },
  {
    name: 'sessions: createdAt is behind the clock',
    breaks: (store) => ({
      createSession: async (session, options) => {
        const answer = await store.createSession(session, options)
        return { ...answer, session: { ...answer.session, createdAt: answer.session.createdAt - 20 } }
      },
    }),
  },
  {
    name: 'sessions: tags are sorted',
    breaks: (store) => ({
      createSession: (session, options) => store.createSession({ ...session, tags: session.tags.toSorted() }, options),
    }),
  },
  {
    name: 'sessions: an update clears what it does not name',
    breaks: (store) => ({
      updateSession: (ref, change, options) => store.updateSession(ref, { tags: [], ...change }, options),
    }),
  },
  {
    name: 'sessions: an update merges data',
    breaks: (store) => ({
      updateSession: async (ref, change, options) => {
        const before = await store.getSession(ref).catch(() => null)
        const data = change.data === undefined ? undefined : { ...before?.data, ...change.data }
        return store.updateSession(ref, { ...change, data }, options)
      },
    }),
  },
  {
    name: 'sessions: the version is not looked at',
    breaks: (store) => ({
      updateSession: async (ref, change, options) => {
        const before = await store.getSession(ref)
        return store.updateSession(ref, change, {
          ...options,
          expectedVersion: before?.version ?? options.expectedVersion,
        })
      },
    }),
  },
  {
    name: 'sessions: a version that is yet to come is fine',
    breaks: (store) => ({
      updateSession: async (ref, change, options) => {
        const { version = 0 } = (await store.getSession(ref)) ?? {}
        return store.updateSession(ref, change, {
          ...options,
          expectedVersion: Math.min(version, options.expectedVersion),
        })
      },
    }),
  },
  {
    name: 'sessions: a closed session can never change',
    breaks: (store) => ({
      updateSession: async (ref, change, options) => {
        const before = await store.getSession(ref)
        if (before?.status === 'closed') throw new SessError('SESSION_CLOSED', 'closed', { sessionId: ref.id })
        return store.updateSession(ref, change, options)
      },
    }),
  },
  {
    name: 'sessions: getSession loses null',
    breaks: (store) => ({
      getSession: async (ref, options) => {
        const session = await store.getSession(ref, options)
        if (session === null) return null
        const data = JSON.parse(JSON.stringify(session.data, (_, value: unknown) => value ?? undefined))
        return { ...session, data }
      },
    }),
  },
  {
    name: 'sessions: getSession of a missing one throws',
    breaks: (store) => ({
      getSession: async (ref, options) => {
        const session = await store.getSession(ref, options)
        if (session === null) throw new SessError('SESSION_NOT_FOUND', 'none', { sessionId: ref.id })
        return session
      },
    }),
  },
  {
    name: 'sessions: findSession has another version',
    breaks: (store) => ({
      findSession: async (id, options) => {
        const session = await store.findSession(id, options)
        return session === null ? null : { ...session, version: session.version + 1 }
      },
    }),
  },
  {
    name: 'sessions: the version is looked at before the update is made',
    breaks: (store) => ({
      updateSession: async (ref, change, options) => {
        const before = await store.getSession(ref)
        if (before?.version !== options.expectedVersion) return store.updateSession(ref, change, options)
        await pause()
        const { version = 0 } = (await store.getSession(ref)) ?? {}
        return store.updateSession(ref, change, { ...options, expectedVersion: version })
      },
    }),
  },
  {
    name: 'sessions: updating a missing one is VERSION_CONFLICT',
    breaks: (store) => ({
      updateSession: (ref, change, options) =>
        store.updateSession(ref, change, options).catch((error: unknown) => {
          if (!isSessError(error, 'SESSION_NOT_FOUND')) throw error
          throw new SessError('VERSION_CONFLICT', 'none', {
            expectedVersion: options.expectedVersion,
            actualVersion: 0,
          })
        }),
    }),
  },
  {
    name: 'sessions: touching a missing one is SESSION_EXPIRED',
    breaks: (store) => ({
      touchSession: (ref, options) =>
        store.touchSession(ref, options).catch((error: unknown) => {
          if (!isSessError(error, 'SESSION_NOT_FOUND')) throw error
          throw new SessError('SESSION_EXPIRED', 'none', { sessionId: ref.id })
        }),
    }),
  },
  {
    name: 'sessions: touching is a change of the record',
    breaks: (store) => ({
      touchSession: async (ref, options) => {
        const { version } = await store.touchSession(ref, options)
        const again = { operationId: newId(), expectedVersion: version, quotas: noQuotas }
        return store.updateSession(ref, {}, again)
      },
    }),
  },
  {
    name: 'sessions: deleting says that there was one',
    breaks: (store) => ({
      deleteSession: async (ref, options) => {
        await store.deleteSession(ref, options)
        return true
      },
    }),
  },
  {
    name: 'sessions: deleting hides a session, and leaves it under its id',
    breaks: (store) => {
      const hidden = new Map<string, StoredSession>()
      return {
        deleteSession: async (ref, options) => {
          const before = await store.getSession(ref).catch(() => null)
          const context = before === null ? [] : await store.listContext(ref)
          const there = await store.deleteSession(ref, options)
          if (before !== null && context.length > 0) hidden.set(ref.id, before)
          return there
        },
        listContext: async (ref, options) => {
          const entries = await store.listContext(ref, options)
          return hidden.has(ref.id) ? [...entries, ['left', 'behind']] : entries
        },
      }
    },
  },
  {
    name: 'sessions: deleting takes all of the owner',
    breaks: (store) => ({
      deleteSession: async (ref, options) => {
        const there = await store.deleteSession(ref, options)
        const { items } = await store.listSessions(ref.owner)
        if (there) for (const session of items) await store.deleteSession(session, { operationId: newId() })
        return there
      },
    }),
  },
  {
    name: 'sessions: findSession of a missing one throws',
    breaks: (store) => ({
      findSession: async (id, options) => {
        const session = await store.findSession(id, options)
        if (session === null) throw new SessError('SESSION_NOT_FOUND', 'none', { sessionId: id })
        return session
      },
    }),
  },
  {
    name: 'sessions: a text that is no id is INVALID_ARGUMENT',
    breaks: (store) => ({
      getSession: async (ref, options) => {
        if (ref.id.length !== 36) throw new SessError('INVALID_ARGUMENT', 'no id', { field: 'id' })
        return store.getSession(ref, options)
      },
    }),
  },
  {
    name: 'pending: a session that is being made is listed',
    breaks: (store) => {
      const pending = new Map<string, StoredSession>()
      return {
        createSession: async (session, options) => {
          const answer = await store.createSession(session, options)
          if (answer.session.status === 'pending') pending.set(session.id, answer.session)
          return answer
        },
        listSessions: async (query, options) => {
          const page = await store.listSessions(query, options)
          const more = [...pending.values()].filter(
            ({ owner }) => owner.orgId === query.orgId && owner.userId === query.userId,
          )
          return { ...page, items: [...page.items, ...more] }
        },
      }
    },
  },
  {
    name: 'pending: a session is active at once',
    breaks: (store) => ({
      createSession: (session, options) => store.createSession({ ...session, pendingMs: null }, options),
    }),
  },
  {
    name: 'pending: writes do not keep it from expiring',
    breaks: (store) => {
      const ends = new Map<string, number>()
      return {
        createSession: async (session, options) => {
          const answer = await store.createSession(session, options)
          if (session.pendingMs !== null && answer.session.expiresAt !== null)
            ends.set(session.id, answer.session.expiresAt)
          return answer
        },
        getSession: async (ref, options) => {
          const session = await store.getSession(ref, options)
          const end = ends.get(ref.id)
          return session?.status === 'pending' && end !== undefined ? { ...session, expiresAt: end } : session
        },
      }
    },
  },
  {
    name: 'pending: no context can be set',
    breaks: (store) => ({
      setContext: async (ref, entries, options) => {
        const { status = 'active' } = (await store.getSession(ref).catch(() => null)) ?? {}
        if (status === 'pending') throw new SessError('SESSION_PAUSED', 'pending', { sessionId: ref.id })
        await store.setContext(ref, entries, options)
      },
    }),
  },
  {
    name: 'pending: leaving it keeps its expiry',
    breaks: (store) => ({
      updateSession: async (ref, change, options) => {
        const before = await store.getSession(ref)
        const after = await store.updateSession(ref, change, options)
        return before?.status === 'pending' ? { ...after, expiresAt: before.expiresAt } : after
      },
    }),
  },

  {
    name: 'keys: a taken key is taken again',
    breaks: (store) => ({
      createSession: async (session, options) => {
        try {
          return await store.createSession(session, options)
        } catch (error) {
          if (!isSessError(error, 'SESSION_EXISTS') || error.details.key === undefined) throw error
          return store.createSession({ ...session, key: null }, options)
        }
      },
    }),
  },
  {
    name: 'keys: a taken key is answered where it should be refused',
    breaks: (store) => ({
      createSession: (session, options) => store.createSession(session, { ...options, ifKeyTaken: 'open' }),
    }),
  },
  {
    name: 'keys: a taken key is refused where it should be opened',
    breaks: (store) => ({
      createSession: (session, options) => store.createSession(session, { ...options, ifKeyTaken: 'reject' }),
    }),
  },
  {
    name: 'keys: opening says that it created nothing',
    breaks: (store) => ({
      createSession: async (session, options) => {
        const answer = await store.createSession(session, options)
        return options.ifKeyTaken === 'open' && session.key === 'ticket' ? { ...answer, created: false } : answer
      },
    }),
  },
  {
    name: 'keys: a deleted session keeps its key',
    breaks: (store) => {
      const keys = new Map<string, StoredSession>()
      const deleted = new Set<string>()
      return {
        createSession: async (session, options) => {
          const place = JSON.stringify([session.owner, session.key])
          const gone = keys.get(place)
          if (session.key !== null && gone !== undefined && deleted.has(gone.id))
            return { session: gone, created: false }
          const answer = await store.createSession(session, options)
          keys.set(place, answer.session)
          return answer
        },
        deleteSession: async (ref, options) => {
          const living = await store.getSession(ref).catch(() => null)
          if (living !== null) deleted.add(ref.id)
          return store.deleteSession(ref, options)
        },
      }
    },
  },
  {
    name: 'keys: are not told in the error',
    breaks: (store) => ({
      createSession: (session, options) =>
        store.createSession(session, options).catch((error: unknown) => {
          if (isSessError(error, 'SESSION_EXISTS')) throw new SessError('SESSION_EXISTS', 'taken', {})
          throw error
        }),
    }),
  },
  {
    name: 'keys: a key is looked up before the session is made',
    breaks: (store) => {
      const keys = new Map<string, string>()
      const place = (owner: object, key: string | null): string => JSON.stringify([owner, key])
      return {
        createSession: async (session, options) => {
          const taken = keys.get(place(session.owner, session.key))
          await pause()
          if (session.key === null || taken !== undefined) return store.createSession(session, options)
          const answer = await store.createSession({ ...session, key: null }, options)
          keys.set(place(session.owner, session.key), session.id)
          return { ...answer, session: { ...answer.session, key: session.key } }
        },
      }
    },
  },
  {
    name: 'keys: are shared in an organisation',
    breaks: (store) => {
      const keys = new Map<string, StoredSession>()
      return {
        createSession: async (session, options) => {
          const place = JSON.stringify([session.owner.orgId, session.key])
          const taken = keys.get(place)
          if (session.key !== null && taken !== undefined && taken.owner.userId !== session.owner.userId) {
            return { session: taken, created: false }
          }
          const answer = await store.createSession(session, options)
          if (session.key !== null) keys.set(place, answer.session)
          return answer
        },
      }
    },
  },
  {
    name: 'keys: are compared without case',
    breaks: (store) => ({
      createSession: async (session, options) => {
        const key = session.key?.toLowerCase() ?? null
        const answer = await store.createSession({ ...session, key }, options)
        return answer
      },
    }),
  },
  {
    name: 'keys: trailing spaces do not count',
    breaks: (store) => ({
      createSession: (session, options) =>
        store.createSession({ ...session, key: session.key?.trimEnd() || session.key }, options),
    }),
  },
  {
    name: 'keys: opening is not possible under a full limit',
    breaks: (store) => ({
      createSession: async (session, options) => {
        const limit = options.quotas.user
        const { active, paused } = (await store.stats(session.owner)).sessions
        const again = (await store.findSession(session.id).catch(() => null)) !== null
        if (limit !== null && options.ifKeyTaken === 'open' && !again && active + paused >= limit) {
          throw new SessError('SESSION_LIMIT_REACHED', 'full', { scope: 'user', limit })
        }
        return store.createSession(session, options)
      },
    }),
  },
  {
    name: 'keys: an expired session is removed for a new one',
    breaks: (store) => ({
      createSession: async (session, options) => {
        try {
          return await store.createSession(session, options)
        } catch (error) {
          if (!isSessError(error, 'SESSION_EXPIRED') || error.details.sessionId === session.id) throw error
          await store.deleteSession({ id: error.details.sessionId, owner: session.owner }, { operationId: newId() })
          return store.createSession(session, options)
        }
      },
    }),
  },
  {
    name: 'keys: a session without a key is the one without a key',
    breaks: (store) => ({
      createSession: (session, options) => store.createSession({ ...session, key: session.key ?? 'none' }, options),
    }),
  },

  ...(['user', 'org', 'store'] as const).map(
    (scope): Mutant => ({
      name: `limits: the one of the ${scope} is not looked at`,
      breaks: (store) => ({
        createSession: (session, options) =>
          store.createSession(session, { ...options, quotas: { ...options.quotas, [scope]: null } }),
      }),
    }),
  ),
  ...(['user', 'org', 'store'] as const).map(
    (scope): Mutant => ({
      name: `limits: the one of the ${scope} has one more place`,
      breaks: (store) => ({
        createSession: (session, options) => {
          const limit = options.quotas[scope]
          const quotas = { ...options.quotas, [scope]: limit === null ? null : limit + 1 }
          return store.createSession(session, { ...options, quotas })
        },
      }),
    }),
  ),
  ...(['user', 'org', 'store'] as const).map(
    (scope): Mutant => ({
      name: `limits: the one of the ${scope} is checked before the session is made`,
      breaks: checkedBefore(scope),
    }),
  ),
  {
    name: 'limits: the one of the user is that of the organisation',
    breaks: (store) => ({
      createSession: (session, options) => {
        const { user, org } = options.quotas
        return store.createSession(session, { ...options, quotas: { ...options.quotas, org: org ?? user } })
      },
    }),
  },
  {
    name: 'limits: the one of the organisation is that of the store',
    breaks: (store) => ({
      createSession: (session, options) => {
        const { org, store: all } = options.quotas
        return store.createSession(session, { ...options, quotas: { ...options.quotas, store: all ?? org } })
      },
    }),
  },
  {
    name: 'limits: restoring is always possible',
    breaks: (store) => ({
      updateSession: (ref, change, options) => store.updateSession(ref, change, { ...options, quotas: noQuotas }),
    }),
  },
  {
    name: 'limits: restoring to paused is always possible',
    breaks: (store) => ({
      updateSession: (ref, change, options) =>
        store.updateSession(ref, change, change.status === 'paused' ? { ...options, quotas: noQuotas } : options),
    }),
  },
  {
    name: 'limits: every change needs room',
    breaks: (store) => ({
      updateSession: async (ref, change, options) => {
        const limit = options.quotas.user
        const { active, paused } = (await store.stats(ref.owner)).sessions
        if (limit !== null && active + paused >= limit && change.status === undefined) {
          throw new SessError('SESSION_LIMIT_REACHED', 'full', { scope: 'user', limit })
        }
        return store.updateSession(ref, change, options)
      },
    }),
  },
  {
    name: 'limits: resuming needs room',
    breaks: (store) => ({
      updateSession: async (ref, change, options) => {
        const limit = options.quotas.user
        const before = await store.getSession(ref).catch(() => null)
        if (limit !== null && change.status === 'active' && before?.status === 'paused') {
          throw new SessError('SESSION_LIMIT_REACHED', 'full', { scope: 'user', limit })
        }
        return store.updateSession(ref, change, options)
      },
    }),
  },
  ...(['archived', 'closed'] as const).map(
    (status): Mutant => ({
      name: `limits: ${status} sessions count`,
      breaks: (store) => ({
        createSession: async (session, options) => {
          const limit = options.quotas.user
          const others = await store.countSessions({ ...session.owner, status })
          if (limit === null || others === 0) return store.createSession(session, options)
          const user = limit - others
          if (user <= 0) throw new SessError('SESSION_LIMIT_REACHED', 'full', { scope: 'user', limit })
          return store.createSession(session, { ...options, quotas: { ...options.quotas, user } })
        },
      }),
    }),
  ),
  {
    name: 'limits: paused sessions do not count',
    breaks: (store) => ({
      createSession: async (session, options) => {
        const limit = options.quotas.user
        const paused = await store.countSessions({ ...session.owner, status: 'paused' })
        const user = limit === null ? null : limit + paused
        return store.createSession(session, { ...options, quotas: { ...options.quotas, user } })
      },
    }),
  },
  {
    name: 'limits: pending sessions do not count',
    breaks: (store) => {
      const pending = new Map<string, number>()
      return {
        createSession: async (session, options) => {
          const limit = options.quotas.user
          const who = JSON.stringify(session.owner)
          const user = limit === null ? null : limit + (pending.get(who) ?? 0)
          const answer = await store.createSession(session, { ...options, quotas: { ...options.quotas, user } })
          if (session.pendingMs !== null) pending.set(who, (pending.get(who) ?? 0) + 1)
          return answer
        },
      }
    },
  },
  {
    name: 'limits: an expired session holds its place until it is swept',
    breaks: (store) => {
      const made = new Map<string, Set<string>>()
      const placesOf = (owner: object): Set<string> => {
        const places = made.get(JSON.stringify(owner)) ?? new Set()
        made.set(JSON.stringify(owner), places)
        return places
      }
      return {
        createSession: async (session, options) => {
          const limit = options.quotas.user
          const places = placesOf(session.owner)
          let expired = 0
          for (const id of places)
            if (
              await store
                .findSession(id)
                .catch(() => true)
                .then((found) => found === true)
            )
              expired++
          const again = places.has(session.id)
          if (
            limit !== null &&
            expired > 0 &&
            !again &&
            (await store.countSessions(session.owner)) + expired >= limit
          ) {
            throw new SessError('SESSION_LIMIT_REACHED', 'full', { scope: 'user', limit })
          }
          const answer = await store.createSession(session, options)
          if (answer.created) places.add(session.id)
          return answer
        },
      }
    },
  },
  {
    name: 'limits: deleting an expired session frees a place that was free',
    breaks: (store) => {
      const extra = new Map<string, number>()
      return {
        createSession: (session, options) => {
          const more = extra.get(JSON.stringify(session.owner)) ?? 0
          const { user } = options.quotas
          return store.createSession(session, {
            ...options,
            quotas: { ...options.quotas, user: user === null ? null : user + more },
          })
        },
        deleteSession: async (ref, options) => {
          const expired = await store.getSession(ref).catch((error: unknown) => isSessError(error, 'SESSION_EXPIRED'))
          const there = await store.deleteSession(ref, options)
          if (expired === true) extra.set(JSON.stringify(ref.owner), 1)
          return there
        },
      }
    },
  },
  {
    name: 'limits: deleting an archived session frees a place that was free',
    breaks: (store) => {
      const extra = new Map<string, number>()
      return {
        createSession: (session, options) => {
          const more = extra.get(JSON.stringify(session.owner)) ?? 0
          const { user } = options.quotas
          return store.createSession(session, {
            ...options,
            quotas: { ...options.quotas, user: user === null ? null : user + more },
          })
        },
        deleteSession: async (ref, options) => {
          const before = await store.getSession(ref).catch(() => null)
          const there = await store.deleteSession(ref, options)
          if (before?.status === 'archived') extra.set(JSON.stringify(ref.owner), 1)
          return there
        },
      }
    },
  },
  {
    name: 'limits: deleting twice frees two places',
    breaks: (store) => {
      const deleted = new Set<string>()
      const extra = new Map<string, number>()
      return {
        createSession: (session, options) => {
          const more = extra.get(JSON.stringify(session.owner)) ?? 0
          const { user } = options.quotas
          return store.createSession(session, {
            ...options,
            quotas: { ...options.quotas, user: user === null ? null : user + more },
          })
        },
        deleteSession: async (ref, options) => {
          const there = await store.deleteSession(ref, options)
          if (!there && deleted.has(ref.id)) extra.set(JSON.stringify(ref.owner), 1)
          deleted.add(ref.id)
          return there
        },
      }
    },
  },
  {
    name: 'limits: a refused creation takes a place',
    breaks: (store) => {
      const lost = new Map<string, number>()
      return {
        createSession: async (session, options) => {
          const less = lost.get(session.owner.orgId) ?? 0
          const { org } = options.quotas
          try {
            return await store.createSession(session, {
              ...options,
              quotas: { ...options.quotas, org: org === null ? null : Math.max(0, org - less) },
            })
          } catch (error) {
            if (isSessError(error, 'SESSION_LIMIT_REACHED') && error.details.scope === 'user')
              lost.set(session.owner.orgId, less + 1)
            throw error
          }
        },
      }
    },
  },
  {
    name: 'limits: a repeated creation needs room',
    breaks: (store) => ({
      createSession: async (session, options) => {
        const limit = options.quotas.user
        const { active, paused } = (await store.stats(session.owner)).sessions
        const known = session.key !== null && options.ifKeyTaken === 'open'
        if (limit !== null && !known && active + paused >= limit)
          throw new SessError('SESSION_LIMIT_REACHED', 'full', { scope: 'user', limit })
        return store.createSession(session, options)
      },
    }),
  },
  {
    name: 'limits: a refused creation keeps its key',
    breaks: (store) => {
      const lost = new Set<string>()
      return {
        createSession: async (session, options) => {
          const place = JSON.stringify([session.owner, session.key])
          if (session.key !== null && lost.has(place))
            throw new SessError('SESSION_EXISTS', 'taken', { key: session.key })
          try {
            return await store.createSession(session, options)
          } catch (error) {
            if (session.key !== null && isSessError(error, 'SESSION_LIMIT_REACHED')) lost.add(place)
            throw error
          }
        },
      }
    },
  },
  {
    name: 'limits: there is always one, of 20',
    breaks: (store) => ({
      createSession: (session, options) =>
        store.createSession(session, {
          ...options,
          quotas: {
            ...options.quotas,
            user: options.quotas.user ?? (session.key === null && session.tags.length === 0 ? 20 : null),
          },
        }),
    }),
  },
]
