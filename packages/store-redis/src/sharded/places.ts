import type { CallOptions, Owner, SessionQuotas } from '@sess/core'
import type { Backend } from '../backend.ts'
import { orgHash, ownerHash, tagOf } from '../keys.ts'
import { isRefusal } from '../refusal.ts'
import * as scripts from '../scripts.ts'
import type { IndexKeeper } from './index-keeper.ts'

/** Shards of the store's index: sixteen slots share what one could not bear. */
export const shards = 16

/** How long a place is kept for a session that is being made. */
const reservationMs = 30_000
/** Rounds in which a full index may be looked through for dead sessions. */
const maxRounds = 20

/** Places that indexes in other slots keep for a session. */
export interface Places {
  readonly shard: number
  /** By then the session has to be there: half of the reservation, as clocks of two servers may differ. */
  readonly notAfter: number
  /** Gives those back that were new. */
  release(): Promise<void>
}

/** The shard of an owner, if there is room. */
export function homeShard(sessionId: string): number {
  return Number.parseInt(tagOf(sessionId), 16) % shards
}

/**
 * Keeps a place in the index of the organisation and in one shard of the store's. The store's limit is dealt out to the shards, so
 * that their sum never goes over it; a session is refused only when all are full.
 *
 * @returns the places, or which of the two is full.
 */
export async function keepPlaces(
  backend: Backend,
  keeper: IndexKeeper,
  session: { readonly id: string; readonly owner: Owner; readonly status: 'active' | 'paused' | 'pending' },
  quotas: Pick<SessionQuotas, 'org' | 'store'>,
  options: CallOptions | undefined,
): Promise<Places | 'org' | 'store'> {
  const { keys } = backend
  const keep = (index: string, limit: number | null): Promise<Kept | null> =>
    keepPlace(backend, keeper, index, [session.id, ownerHash(session.owner), session.status], limit, options)
  const orgIndex = keys.orgIndex(orgHash(session.owner.orgId))
  const [org, store] = await Promise.all([
    keep(orgIndex, quotas.org),
    keepInShard(session.id, quotas.store, keep, keys),
  ])
  const release = async (): Promise<void> => {
    const kept = [org, store].filter((place) => place?.isNew === true)
    await Promise.all(kept.map((place) => keeper.withdraw(place?.index ?? '', session.id, options)))
  }
  if (org !== null && store !== null) {
    return { shard: store.shard, notAfter: Math.min(org.now, store.now) + reservationMs / 2, release }
  }
  await release()
  return org === null ? 'org' : 'store'
}

interface Kept {
  readonly index: string
  readonly isNew: boolean
  readonly now: number
}

async function keepInShard(
  sessionId: string,
  limit: number | null,
  keep: (index: string, limit: number | null) => Promise<Kept | null>,
  keys: Backend['keys'],
): Promise<(Kept & { readonly shard: number }) | null> {
  const home = homeShard(sessionId)
  for (let step = 0; step < shards; step++) {
    const shard = (home + step) % shards
    const share = limit === null ? null : Math.floor(limit / shards) + (shard < limit % shards ? 1 : 0)
    const kept = share === 0 ? null : await keep(keys.storeIndex(shard), share)
    if (kept !== null) return { ...kept, shard }
  }
  return null
}

async function keepPlace(
  backend: Backend,
  keeper: IndexKeeper,
  index: string,
  args: readonly string[],
  limit: number | null,
  options: CallOptions | undefined,
): Promise<Kept | null> {
  for (let round = 0; round < maxRounds; round++) {
    const reply = await backend.ask(scripts.reserve, {
      keys: [`${index}:i`],
      args: [...args, limit === null ? '' : `${limit}`, `${reservationMs}`],
      about: {},
      options,
    })
    if (isRefusal(reply)) return null
    const [what, ...rest] = reply as readonly [string, ...(string | number)[]]
    if (what === 'kept') return { index, now: Number(rest[0]), isNew: Number(rest[1]) === 1 }
    await lookAt(backend, keeper, index, rest as readonly string[], options)
  }
  return null
}

/** Has an index learn what became of sessions it has to look at: the dead leave, the living are dated anew. */
export async function lookAt(
  backend: Backend,
  keeper: IndexKeeper,
  index: string,
  ids: readonly string[],
  options: CallOptions | undefined,
): Promise<void> {
  const homes = await Promise.all(
    ids.map((id) =>
      backend.ask(scripts.verifySession, { keys: [backend.keys.session(id)], args: [], about: {}, options }),
    ),
  )
  // Gone, or in another shard since.
  const dead = ids.filter((_, at) => {
    const shard = homes[at]
    return shard === null || (index !== backend.keys.storeIndex(Number(shard)) && !isOrgIndex(index, backend))
  })
  await keeper.bury(index, dead, options)
}

function isOrgIndex(index: string, { keys }: Backend): boolean {
  return index.startsWith(keys.orgIndex('').slice(0, -1))
}
