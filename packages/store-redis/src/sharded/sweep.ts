import type { ClaimedSession, ClaimOptions } from '@sess/core'
import type { Backend } from '../backend.ts'
import * as scripts from '../scripts.ts'
import { askForClaim } from '../sweep.ts'
import type { IndexKeeper } from './index-keeper.ts'
import { indexesOf } from './lists.ts'

/** Sessions that are looked at together. */
const atATime = 50

/** Claims expired sessions of the store, shard by shard: who is due there is asked in its own slot. */
export async function claimShardedExpired(
  backend: Backend,
  keeper: IndexKeeper,
  options: ClaimOptions,
): Promise<readonly ClaimedSession[]> {
  const { limit, leaseMs } = options
  const indexes = indexesOf(backend, {})
  // Sweepers that begin together do not meet in the same shard.
  const start = Math.floor(Math.random() * indexes.length)
  const claimed: ClaimedSession[] = []
  const seen = new Set<string>()
  for (let step = 0; step < indexes.length; step++) {
    const index = indexes[(start + step) % indexes.length] ?? ''
    while (claimed.length < limit) {
      const most = Math.min(atATime, limit - claimed.length)
      const call = { keys: [`${index}:i`], args: [`${most}`], about: {}, options }
      const due = (await backend.run(scripts.dueSessions, call)) as readonly string[]
      const fresh = due.filter((id) => !seen.has(id))
      if (fresh.length === 0) break
      for (const id of fresh) seen.add(id)
      const replies = await Promise.all(fresh.map((id) => askForClaim(backend, id, '', leaseMs, options)))
      claimed.push(...replies.flatMap((reply) => (typeof reply === 'string' ? [] : [reply])))
      const dead = fresh.filter((_, at) => replies[at] === 'gone')
      await keeper.bury(index, dead, options)
    }
  }
  return claimed
}
