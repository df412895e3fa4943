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

/**
 * Goes through all keys of the server, as no index has the sessions that are about to be removed. For the rare work on keys, and not while slots
 * move.
 */
async function listKeys(backend: Backend, options: PageOptions | undefined): Promise<Page<StoredKeys>> {
  const limit = pageLimit(options?.limit)
  const [master = '0', from = '0'] = (positionIn('listKeys', options?.cursor) || '0 0').split(' ')
  const pattern = `${backend.keys.anySession()}`
  const scanned = await backend.commandOn(Number(master), options, 'scan', from, 'MATCH', pattern, 'COUNT', `${limit}`)
  const [next, names] = scanned.reply as readonly [string, readonly string[]]
  const items = await Promise.all(names.map((name) => storedKeys(backend, name, options)))
  const page = items.filter((item) => item !== null)
  if (next !== '0') return { items: page, nextCursor: sealCursor('listKeys', [`${master} ${next}`]) }
  const isLast = Number(master) + 1 >= scanned.masters
  return { items: page, nextCursor: isLast ? null : sealCursor('listKeys', [`${Number(master) + 1} 0`]) }
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
