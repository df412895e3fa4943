import { sessionPlace } from './announcer.ts'
import type { ManagerParts } from './manager-parts.ts'
import { toSessionRecord } from './session-record.ts'
import type { SessionRef } from './store/refs.ts'
import type { ClaimedSession } from './store/session-records.ts'

/** How long a process has to clean up what it claimed before another one repeats it. */
export const claimLeaseMs = 60_000

/**
 * Cleans up one claimed session: its resources first, then the word of it, then the data. Whatever fails leaves the claim to
 * run out, and somebody repeats it: at least once, never not at all. Resolves to whether it is gone.
 */
export async function cleanUp(parts: ManagerParts, { session, claim }: ClaimedSession): Promise<boolean> {
  const record = toSessionRecord(session)
  await parts.turns.interruptSession(record)
  if (!(await parts.resources.destroy(record))) return false
  // A session that never was visible expires without a word.
  if (session.status !== 'pending')
    await parts.announcer.announce('session-expired', { session: record }, sessionPlace(record))
  return await parts.store.removeExpired({ id: session.id, owner: session.owner }, claim)
}

/** Cleans up one expired session that is in the way. Resolves to whether this call did; somebody else may be at it. */
export async function expireSession(parts: ManagerParts, ref: SessionRef): Promise<boolean> {
  const [claimed] = await parts.store.claimExpired({ limit: 1, leaseMs: claimLeaseMs, only: ref })
  return claimed !== undefined && (await cleanUp(parts, claimed))
}
