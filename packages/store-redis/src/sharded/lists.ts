import type { CallOptions, ListSessionsQuery, SessionQuery, StatsScope, StoredSession, StoreStats } from '@sess/core'
import type { Backend } from '../backend.ts'
import { orgHash } from '../keys.ts'
import type { ReadSlice } from '../page-walk.ts'
import { isRefusal } from '../refusal.ts'
import { type Row, sessionOf } from '../rows.ts'
import * as scripts from '../scripts.ts'
import { hasTag } from '../session-lists.ts'
import { shards } from './places.ts'

/** Sessions that a slice looks at, however few of them are wanted. */
const minScanned = 50

/** Reads the sessions of an organisation or of the store, newest first: their ids from the indexes, then each from its slot. */
export function remoteSlice(
  backend: Backend,
  query: ListSessionsQuery,
  options: CallOptions | undefined,
): ReadSlice<StoredSession> {
  const { status, tag } = query
  return async (after, most) => {
    const scanned = Math.max(most, minScanned)
    const pages = await Promise.all(
      indexesOf(backend, query).map((index) => entriesOf(backend, index, ['newest', after, `${scanned + 1}`], options)),
    )
    // A session may be in two shards for a while.
    const ids = [...new Set(pages.flat())].sort().reverse()
    const sessions = await Promise.all(ids.slice(0, scanned).map((id) => sessionIn(backend, id, options)))
    const items: StoredSession[] = []
    let looked = 0
    for (const session of sessions) {
      if (items.length === most) break
      looked++
      if (session === null || session.status === 'pending') continue
      if (query.orgId !== undefined && session.owner.orgId !== query.orgId) continue
      if ((status === undefined || session.status === status) && hasTag(session, tag)) items.push(session)
    }
    return { items, last: ids[looked - 1] ?? after, more: looked < ids.length }
  }
}

/** Makes idle sessions expire shard by shard. A place is the shard, and the entry there. */
export function remoteIdleSlice(backend: Backend, idleMs: number, options: CallOptions | undefined): ReadSlice<string> {
  const readShard: ReadSlice<string> = async (place, most) => {
    const [shard = '0', after = ''] = place.split(' ')
    const next = Number(shard || 0) + 1
    const index = backend.keys.storeIndex(Number(shard))
    const entries = await entriesOf(backend, index, ['idle', after, `${most + 1}`, `${idleMs}`], options)
    const looked = entries.slice(0, most)
    const ids = looked.map((entry) => entry.slice(-36))
    const expired = await Promise.all(
      ids.map((id) =>
        backend.ask(scripts.expireSession, {
          keys: [backend.keys.session(id)],
          args: [`${idleMs}`],
          about: {},
          options,
        }),
      ),
    )
    const items = ids.filter((_, at) => Number(expired[at]) === 1)
    if (entries.length > most) return { items, last: `${shard} ${looked.at(-1)}`, more: true }
    return { items, last: `${next}`, more: next < shards }
  }
  // A shard may be empty, or have nobody idle.
  return async (place, most) => {
    let slice = await readShard(place, most)
    while (slice.more && slice.items.length === 0) slice = await readShard(slice.last, most)
    return slice
  }
}

/** Figures of an organisation or of the store, as their indexes were told. */
export async function remoteFigures(
  backend: Backend,
  scope: StatsScope,
  options: CallOptions | undefined,
): Promise<StoreStats> {
  const parts = (await Promise.all(
    indexesOf(backend, scope).map((index) =>
      backend.run(scripts.remoteFigures, { keys: [`${index}:i`], args: [], about: {}, options }),
    ),
  )) as readonly (readonly (string | number)[])[]
  const sum = (at: number): number => parts.reduce((total, part) => total + Math.max(0, Number(part[at])), 0)
  const idsAt = (at: number): readonly string[] => parts.map((part) => `${part[at]}`).filter((id) => id !== '')
  const oldest = await sessionsIn(backend, idsAt(7), options)
  const newest = await sessionsIn(backend, idsAt(8), options)
  const latest = await sessionsIn(backend, idsAt(9), options)
  return {
    sessions: { active: sum(0), paused: sum(1), archived: sum(2), closed: sum(3) },
    chats: sum(4),
    messages: sum(5),
    users: sum(6),
    oldestSessionAt: extreme(
      Math.min,
      oldest.map((session) => session.createdAt),
    ),
    newestSessionAt: extreme(
      Math.max,
      newest.map((session) => session.createdAt),
    ),
    lastActiveAt: extreme(
      Math.max,
      latest.map((session) => session.lastActiveAt),
    ),
  }
}

/** The indexes of an organisation, or of the store. */
export function indexesOf({ keys }: Backend, { orgId }: SessionQuery): readonly string[] {
  if (orgId !== undefined) return [keys.orgIndex(orgHash(orgId))]
  return Array.from({ length: shards }, (_, shard) => keys.storeIndex(shard))
}

async function entriesOf(
  backend: Backend,
  index: string,
  args: readonly string[],
  options: CallOptions | undefined,
): Promise<readonly string[]> {
  const entries = await backend.run(scripts.indexPage, { keys: [`${index}:i`], args, about: {}, options })
  return entries as readonly string[]
}

/** The session, whoever owns it, or null if it is gone or expired. */
async function sessionIn(
  backend: Backend,
  id: string,
  options: CallOptions | undefined,
): Promise<StoredSession | null> {
  const row = await backend.ask(scripts.getSession, {
    keys: [backend.keys.session(id)],
    args: [''],
    about: {},
    options,
  })
  return isRefusal(row) ? null : await sessionOf(backend, id, row as Row)
}

async function sessionsIn(
  backend: Backend,
  ids: readonly string[],
  options: CallOptions | undefined,
): Promise<readonly StoredSession[]> {
  const sessions = await Promise.all(ids.map((id) => sessionIn(backend, id, options)))
  return sessions.filter((session) => session !== null)
}

function extreme(pick: (...values: number[]) => number, values: readonly number[]): number | null {
  return values.length === 0 ? null : pick(...values)
}
