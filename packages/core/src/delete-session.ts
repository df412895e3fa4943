import { sessionPlace } from './announcer.ts'
import type { CallOptions } from './call-options.ts'
import { isSessError, SessError } from './errors.ts'
import { claimLeaseMs } from './expire-session.ts'
import { newId } from './id.ts'
import type { ManagerParts } from './manager-parts.ts'
import { toSessionRecord } from './session-record.ts'
import type { SessionRef } from './store/refs.ts'
import type { StoredSession } from './store/session-records.ts'

/** Removes a session with its resources. See `Session.delete`. */
export async function deleteSession(parts: ManagerParts, ref: SessionRef, options: CallOptions = {}): Promise<boolean> {
  // Before it is put out of reach: what a turn writes is activity, and would take it back.
  await parts.turns.interruptSession(ref)
  const session = parts.resources.empty ? null : await expireNow(parts, ref, options)
  if (session !== null && !(await parts.resources.destroy(toSessionRecord(session)))) throw notDestroyed()
  const deleted = await parts.store.deleteSession(ref, { ...options, operationId: newId() })
  if (deleted)
    await parts.announcer.announce('session-deleted', { owner: ref.owner, sessionId: ref.id }, sessionPlace(ref))
  // A sweep may have been faster with the last step.
  return deleted || session !== null
}

/** Puts the session out of reach before anything of it is destroyed: if this process dies half-way, the sweep goes on. */
async function expireNow(parts: ManagerParts, ref: SessionRef, options: CallOptions): Promise<StoredSession | null> {
  try {
    return await parts.store.touchSession(ref, { ...options, expiresInMs: 1 })
  } catch (error) {
    if (isSessError(error, 'SESSION_NOT_FOUND')) return null
    if (!isSessError(error, 'SESSION_EXPIRED')) throw error
    const [claimed] = await parts.store.claimExpired({ ...options, limit: 1, leaseMs: claimLeaseMs, only: ref })
    if (claimed !== undefined) return claimed.session
    return await whileClaimed(parts, ref, options)
  }
}

/** Somebody else has the claim, and needs the record until all is destroyed: it must not go before. */
async function whileClaimed(parts: ManagerParts, ref: SessionRef, options: CallOptions): Promise<StoredSession | null> {
  try {
    return await parts.store.getSession(ref, options)
  } catch (error) {
    if (isSessError(error, 'SESSION_EXPIRED')) throw notDestroyed()
    throw error
  }
}

function notDestroyed(): SessError {
  return new SessError('RESOURCE_FAILED', 'the resources of the session are not destroyed yet; the sweep will go on', {
    resource: 'any',
  })
}
