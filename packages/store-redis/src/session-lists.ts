import {
  type CallOptions,
  type CountSessionsQuery,
  invalidArgument,
  type ListSessionsQuery,
  newId,
  ownerTail,
  type Page,
  type PageOptions,
  type SessionQuery,
  type StatsScope,
  type StoredSession,
  type StoreStats,
} from '@sess/core'
import type { Backend } from './backend.ts'
import { orgHash } from './keys.ts'
import { type ReadSlice, walkPage } from './page-walk.ts'
import { numberOrNull, type Row, sessionOf } from './rows.ts'
import * as scripts from './scripts.ts'

/** Entries that one script looks at, however few of them are wanted. */
const maxScanned = 200

/** A page of an index whose sessions are in reach of one script, unless `readSlice` gets it otherwise. */
export function listSessions(
  backend: Backend,
  query: ListSessionsQuery,
  options: PageOptions | undefined,
  readSlice: ReadSlice<StoredSession> = sliceOf(backend, query, options),
): Promise<Page<StoredSession>> {
  const { orgId, userId, status, tag, order = 'created' } = query
  const scope = JSON.stringify(['listSessions', orgId, userId, status, tag, order])
  return walkPage(scope, options, readSlice)
}

function sliceOf(
  backend: Backend,
  query: ListSessionsQuery,
  options: CallOptions | undefined,
): ReadSlice<StoredSession> {
  const { status, tag, order } = query
  return async (after, most) => {
    const [more, last, ...found] = (await backend.run(scripts.listSessions, {
      keys: [`${indexOf(backend, query)}:i`],
      args: [
        order === 'active' ? 'a' : 'i',
        after,
        `${most}`,
        `${maxScanned}`,
        status ?? '',
        tag === undefined ? '' : JSON.stringify(tag),
      ],
      about: {},
      options,
    })) as readonly [number, string, ...(readonly [string, Row])[]]
    const sessions = await Promise.all(found.map(([id, row]) => sessionOf(backend, id, row)))
    const items = sessions.filter((session) => hasTag(session, tag))
    return { items, last, more: Number(more) === 1 }
  }
}

/** Sessions of a user that are being made. @throws {@link SessError} `INVALID_ARGUMENT`. */
export async function countPending(
  backend: Backend,
  query: CountSessionsQuery,
  options: CallOptions | undefined,
): Promise<number> {
  if (query.userId === undefined) throw invalidArgument('query.status', "'pending' needs a userId")
  const call = { keys: [`${indexOf(backend, query)}:i`], args: [], about: {}, options }
  return Number(await backend.run(scripts.countPending, call))
}

export async function indexFigures(
  backend: Backend,
  scope: StatsScope,
  options: CallOptions | undefined,
): Promise<StoreStats> {
  const figures = (await backend.run(scripts.indexFigures, {
    keys: [`${indexOf(backend, scope)}:i`],
    args: [],
    about: {},
    options,
  })) as readonly (string | number)[]
  const [active = 0, paused = 0, archived = 0, closed = 0, chats = 0, messages = 0, users = 0] = figures.map(Number)
  const [oldest = null, newest = null, first = null] = figures.slice(7, 10).map(numberOrNull)
  return {
    sessions: { active, paused, archived, closed },
    users: scope.userId === undefined ? users : Math.min(1, active + paused + archived + closed),
    chats,
    messages,
    oldestSessionAt: oldest,
    newestSessionAt: newest,
    lastActiveAt: await latestActivity(backend, indexOf(backend, scope), first, `${figures[10]}`, options),
  }
}

/** The latest activity, going on with those of its minute that were not looked at yet. */
async function latestActivity(
  backend: Backend,
  index: string,
  first: number | null,
  place: string,
  options: CallOptions | undefined,
): Promise<number | null> {
  let latest = first
  for (let after = place; after !== ''; ) {
    const call = { keys: [`${index}:i`], args: [after], about: {}, options }
    const [instant, next] = (await backend.run(scripts.latestActivity, call)) as readonly [string, string]
    if (instant !== '') latest = Math.max(latest ?? 0, Number(instant))
    after = next
  }
  return latest
}

export function expireIdle(
  backend: Backend,
  idleMs: number,
  options: PageOptions | undefined,
  readSlice: ReadSlice<string> = idleSlice(backend, idleMs, options),
): Promise<Page<string>> {
  return walkPage(JSON.stringify(['expireIdle', idleMs]), options, readSlice)
}

function idleSlice(backend: Backend, idleMs: number, options: CallOptions | undefined): ReadSlice<string> {
  return async (after, most) => {
    const [more, last, ...items] = (await backend.run(scripts.expireIdle, {
      keys: [`${backend.keys.storeIndex(0)}:i`],
      args: [newId(), `${idleMs}`, after, `${most}`, `${maxScanned}`],
      about: {},
      options,
    })) as readonly [string, string, ...string[]]
    return { items, last, more: more === '1' }
  }
}

/** @throws {@link SessError} `INVALID_ARGUMENT`. */
export function assertQuery(query: Omit<ListSessionsQuery, 'status'>): void {
  if (query.userId !== undefined && query.orgId === undefined) throw invalidArgument('query.userId', 'needs an orgId')
  if (query.order === 'active' && query.userId === undefined)
    throw invalidArgument('query.order', "'active' needs a userId")
}

/** Whether the tags of a session have this one. */
export function hasTag({ tags }: StoredSession, tag: string | undefined): boolean {
  return tag === undefined || tags.includes(tag)
}

function indexOf({ keys }: Backend, { orgId, userId }: Omit<SessionQuery, 'status'>): string {
  if (orgId === undefined) return keys.storeIndex(0)
  if (userId === undefined) return keys.orgIndex(orgHash(orgId))
  const owner = { orgId, userId }
  return keys.ownerIndex(owner, ownerTail(owner))
}
