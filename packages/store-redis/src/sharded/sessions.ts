import type {
  CreateSessionOptions,
  NewStoredSession,
  SessionChange,
  SessionRef,
  StoredSession,
  UpdateSessionOptions,
} from '@sess/core'
import type { Backend } from '../backend.ts'
import { orgHash } from '../keys.ts'
import { isRefusal, refusalError, sessionLimitReached } from '../refusal.ts'
import { type Row, sessionOf } from '../rows.ts'
import * as scripts from '../scripts.ts'
import {
  creationCall,
  creationOf,
  preparedChange,
  preparedSession,
  type SessionCreation,
  updateCall,
} from '../session-records.ts'
import type { IndexKeeper } from './index-keeper.ts'
import { homeShard, keepPlaces, lookAt } from './places.ts'

/**
 * Creates a session whose organisation and store have their indexes in other slots. First they keep a place for it, so that no
 * session can be there that they do not know of; then it is made; then they are told what it is.
 */
export async function createShardedSession(
  backend: Backend,
  keeper: IndexKeeper,
  session: NewStoredSession,
  options: CreateSessionOptions,
): Promise<SessionCreation> {
  const made = await preparedSession(backend, session, options)
  if ('created' in made) return made
  const { id, owner, pendingMs } = made
  const probe = creationCall(backend, made, options, { shard: homeShard(id), mode: 'probe', notAfter: null })
  const { quotas } = options
  const status = pendingMs === null ? 'active' : 'pending'
  for (;;) {
    const places = await keepPlaces(backend, keeper, { id, owner, status }, quotas, options)
    if (places === 'org' || places === 'store') {
      // Full, but a repeat and an open key are answered, and the user's own limit speaks first.
      const reply = await backend.ask(scripts.createSession, probe)
      if (reply === '!WOULD_CREATE') throw sessionLimitReached(places, quotas[places] ?? 0)
      if (isRefusal(reply)) throw refusalError(reply, probe.about)
      return await creationOf(backend, reply, made)
    }
    const { shard, notAfter, release } = places
    const call = creationCall(backend, made, options, { shard, mode: 'commit', notAfter })
    const reply = await backend.ask(scripts.createSession, call)
    if (!isRefusal(reply)) {
      const creation = await creationOf(backend, reply, made)
      if (!creation.created) await release()
      return creation
    }
    await release()
    if (reply !== '!LATE') throw refusalError(reply, call.about)
  }
}

/** Changes a session. One that counts again needs places in other slots first. */
export async function updateShardedSession(
  backend: Backend,
  keeper: IndexKeeper,
  ref: SessionRef,
  change: SessionChange,
  options: UpdateSessionOptions,
): Promise<StoredSession> {
  const { status } = change
  const { quotas } = options
  const isLimited = quotas.org !== null || quotas.store !== null
  const prepared = await preparedChange(backend, ref, change, options)
  let call = updateCall(backend, ref, prepared, options)
  if (isLimited && (status === 'active' || status === 'paused')) {
    const reply = await backend.ask(scripts.updateSession, updateCall(backend, ref, prepared, options, 'probe'))
    if (reply !== '!WOULD_COUNT') {
      if (isRefusal(reply)) throw refusalError(reply, call.about)
      return await sessionOf(backend, ref.id, reply as Row)
    }
    const places = await keepPlaces(backend, keeper, { ...ref, status }, quotas, options)
    if (places === 'org' || places === 'store') throw sessionLimitReached(places, quotas[places] ?? 0)
    call = updateCall(backend, ref, prepared, options, 'commit', places.shard)
  }
  const reply = await backend.ask(scripts.updateSession, call)
  if (!isRefusal(reply)) return await sessionOf(backend, ref.id, reply as Row)
  if (call.args.at(-1) !== '') {
    // The places say that it counts; have them learn that it does not.
    await lookAt(backend, keeper, backend.keys.orgIndex(orgHash(ref.owner.orgId)), [ref.id], options)
  }
  throw refusalError(reply, call.about)
}
