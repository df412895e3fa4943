import { type ClaimedSession, type ClaimOptions, newId } from '@sess/core'
import type { Backend } from './backend.ts'
import { isNamed, ownerHash } from './keys.ts'
import { type Row, sessionOf } from './rows.ts'
import * as scripts from './scripts.ts'

/** Sessions that one script claims at most. */
const maxClaimed = 100

export async function claimExpired(backend: Backend, options: ClaimOptions): Promise<readonly ClaimedSession[]> {
  const { limit, leaseMs, only } = options
  if (only !== undefined) return claimOnly(backend, options)
  const claimed: ClaimedSession[] = []
  while (claimed.length < limit) {
    const most = Math.min(maxClaimed, limit - claimed.length)
    const found = (await backend.run(scripts.claimExpired, {
      keys: [`${backend.keys.storeIndex(0)}:i`],
      args: [newId(), `${most}`, `${leaseMs}`],
      about: {},
      options,
    })) as readonly (readonly [string, string, Row])[]
    for (const [id, claim, row] of found) claimed.push({ session: await sessionOf(backend, id, row), claim })
    if (found.length === 0) break
  }
  return claimed
}

/** Claims the session that is named, if it is expired. */
export async function claimOnly(backend: Backend, options: ClaimOptions): Promise<readonly ClaimedSession[]> {
  const { limit, leaseMs, only } = options
  if (only === undefined || limit < 1 || !isNamed(only)) return []
  const reply = await askForClaim(backend, only.id, ownerHash(only.owner), leaseMs, options)
  return typeof reply === 'string' ? [] : [reply]
}

/** Claims a session in its slot, of this owner or of any ('') */
export async function askForClaim(
  backend: Backend,
  id: string,
  owner: string,
  leaseMs: number,
  options: ClaimOptions,
): Promise<ClaimedSession | 'gone' | 'not-now'> {
  const reply = await backend.ask(scripts.claimSession, {
    keys: [backend.keys.session(id)],
    args: [owner, newId(), `${leaseMs}`],
    about: { sessionId: id },
    options,
  })
  if (reply === null) return 'gone'
  if (!Array.isArray(reply)) return 'not-now'
  const [claim, row] = reply as unknown as readonly [string, Row]
  return { session: await sessionOf(backend, id, row), claim }
}
