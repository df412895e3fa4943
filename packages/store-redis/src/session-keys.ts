import {
  type CallOptions,
  isId,
  type Page,
  type PageOptions,
  pageLimit,
  type SessionKeys,
  type SessionRef,
  type StoredKeys,
  sealCursor,
} from '@sess/core'
import type { Backend } from './backend.ts'
import { ownerHash } from './keys.ts'
import { positionIn } from './page-walk.ts'
import { keysOf, keysText } from './payload.ts'
import * as scripts from './scripts.ts'
import { assertNamed } from './session-records.ts'

/** The keys of the sessions' codecs, in a field of their records. */
export function sessionKeys(backend: Backend): SessionKeys {
  return {
    async getKeys(session, options) {
      return keysOf((await backend.run(scripts.getKeys, keysCall(backend, session, [], options))) as string)
    },
    async replaceKeys(session, expected, keys, options) {
      const args = [keysText(expected), keysText(keys)]
      const done = await backend.run(scripts.replaceKeys, keysCall(backend, session, args, options))
      backend.codecs?.forget(session)
      return Number(done) === 1
    },
    listKeys: (options) => listKeys(backend, options),
  }
}

/** Steps of one page at most, where the server has many other keys. */
const maxSteps = 100

/**
 * Goes through all keys of the server, as no index has the sessions that are about to be removed. For the rare work on keys, and not while slots
 * move.
 */
async function listKeys(backend: Backend, options: PageOptions | undefined): Promise<Page<StoredKeys>> {
  const limit = pageLimit(options?.limit)
  let place = positionIn('listKeys', options?.cursor) || '0 0'
  for (let step = 1; ; step++) {
    const { names, next } = await scanned(backend, place, limit, options)
    const found = await Promise.all(names.map((name) => storedKeys(backend, name, options)))
    const items = found.filter((item) => item !== null)
    if (next === null) return { items, nextCursor: null }
    if (items.length > 0 || step === maxSteps) return { items, nextCursor: sealCursor('listKeys', [next]) }
    place = next
  }
}

/** Some keys of sessions after a place, which is a master and where its own scan is; null is the end. */
async function scanned(
  backend: Backend,
  place: string,
  count: number,
  options: CallOptions | undefined,
): Promise<{ readonly names: readonly string[]; readonly next: string | null }> {
  const [master = '0', from = '0'] = place.split(' ')
  const scan = ['scan', from, 'MATCH', backend.keys.anySession(), 'COUNT', `${count}`] as const
  const { reply, masters } = await backend.commandOn(Number(master), options, ...scan)
  const [cursor, names] = reply as readonly [string, readonly string[]]
  if (cursor !== '0') return { names, next: `${master} ${cursor}` }
  const following = Number(master) + 1
  return { names, next: following < masters ? `${following} 0` : null }
}

async function storedKeys(
  backend: Backend,
  name: string,
  options: CallOptions | undefined,
): Promise<StoredKeys | null> {
  const id = name.slice(-36)
  const [owner, keys] = (await backend.command(options, 'hmget', name, 'ow', 'ks')) as readonly (string | null)[]
  const found = keysOf(keys ?? '')
  if (!isId(id) || found === null) return null
  const [orgId = '', userId = ''] = JSON.parse(owner ?? '[]') as readonly string[]
  return { session: { id, owner: { orgId, userId } }, keys: found }
}

function keysCall(backend: Backend, session: SessionRef, args: readonly string[], options: CallOptions | undefined) {
  assertNamed(session)
  return {
    keys: [backend.keys.session(session.id)],
    args: [ownerHash(session.owner), ...args],
    about: { sessionId: session.id },
    options,
  }
}
