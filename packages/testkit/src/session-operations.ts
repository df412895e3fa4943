import { newId, newSessionId } from '@sess/core'
import fc from 'fast-check'
import {
  contextKey,
  contextKeys,
  data,
  ifKeyTaken,
  key,
  maybe,
  owner,
  pageSize,
  quotas,
  scope,
  seldom,
  status,
  tag,
} from './arguments.ts'
import { readAll, scopeOf, versionOf } from './lookup.ts'
import { type Operation, onSession, operation } from './operation.ts'

/** What is done to sessions and their context. Lengths of time are short only if the test can set the clocks. */
export function sessionOperations(clock: 'set' | 'real'): readonly fc.Arbitrary<Operation>[] {
  const set = clock === 'set'
  return [
    operation(
      'createSession',
      {
        owner,
        key,
        tags: fc.subarray(['x', 'X', '__proto__']),
        data,
        quotas,
        ifKeyTaken,
        idleMs: fc.constantFrom(3_600_000, null, ...(set ? [200] : [])),
        absoluteMs: fc.constantFrom(null, ...(set ? [500] : [])),
        pendingMs: fc.constantFrom(null, null, 100_000, ...(set ? [100] : [])),
      },
      async (world, { quotas: limits, ifKeyTaken: how, idleMs, absoluteMs, ...made }) => {
        const id = newSessionId(made.owner)
        world.sessions.push({ id, owner: made.owner })
        const session = { ...made, id, expiry: { idleMs, absoluteMs } }
        return ({ store }) => store.createSession(session, { quotas: limits, ifKeyTaken: how })
      },
    ),
    onSession(
      'getSession',
      {},
      async (ref) =>
        ({ store }) =>
          store.getSession(ref),
    ),
    onSession(
      'findSession',
      {},
      async ({ id }) =>
        ({ store }) =>
          store.findSession(id),
    ),
    onSession(
      'updateSession',
      {
        status: maybe(status),
        tags: maybe(fc.subarray(['x', 'X'])),
        data: maybe(data),
        quotas,
        stale: seldom,
      },
      async (ref, { stale, quotas: limits, ...change }, world) => {
        const version = await versionOf(world, (store) => store.getSession(ref))
        const options = { operationId: newId(), expectedVersion: stale ? version - 1 : version, quotas: limits }
        return ({ store }) => store.updateSession(ref, change, options)
      },
    ),
    onSession(
      'touchSession',
      { expiresInMs: fc.constantFrom(undefined, 7_000_000, ...(set ? [30, 300] : [])) },
      async (ref, { expiresInMs }) =>
        ({ store }) =>
          store.touchSession(ref, { expiresInMs }),
    ),
    onSession('deleteSession', {}, async (ref) => {
      const options = { operationId: newId() }
      return ({ store }) => store.deleteSession(ref, options)
    }),
    operation(
      'listSessions',
      {
        owner,
        scope,
        status: maybe(status),
        tag: maybe(tag),
        order: fc.constantFrom<('created' | 'active')[]>('created', ...(set ? (['active'] as const) : [])),
        limit: pageSize,
      },
      async (_, { owner: who, scope: where, order, limit, ...filter }) => {
        const query = { ...scopeOf(where, who), ...filter, order: where === 'user' ? order : undefined }
        return ({ store }) => readAll((cursor) => store.listSessions(query, { limit, cursor }))
      },
    ),
    operation(
      'countSessions',
      { owner, scope, status: maybe(status) },
      async (_, { owner: who, scope: where, ...filter }) =>
        ({ store }) =>
          store.countSessions({ ...scopeOf(where, who), ...filter }),
    ),
    operation(
      'stats',
      { owner, scope },
      async (_, { owner: who, scope: where }) =>
        ({ store }) =>
          store.stats(scopeOf(where, who)),
    ),

    onSession(
      'getContext',
      { key: contextKey },
      async (ref, { key: name }) =>
        ({ store }) =>
          store.getContext(ref, name),
    ),
    onSession(
      'listContext',
      {},
      async (ref) =>
        ({ store }) =>
          store.listContext(ref),
    ),
    onSession(
      'setContext',
      {
        keys: fc.subarray(contextKeys, { minLength: 1, maxLength: 3 }),
        value: fc.constantFrom(null, 1, { a: [] }, 'x'.repeat(100)),
        maxKeys: fc.constantFrom(null, 1, 2, 3),
        maxBytes: fc.constantFrom(null, 150, 250),
      },
      async (ref, { keys, value, ...limits }) => {
        const options = { operationId: newId(), ...limits }
        return ({ store }) =>
          store.setContext(
            ref,
            keys.map((name) => [name, value] as const),
            options,
          )
      },
    ),
    onSession('deleteContext', { key: contextKey }, async (ref, { key: name }) => {
      const options = { operationId: newId() }
      return ({ store }) => store.deleteContext(ref, name, options)
    }),
  ]
}
