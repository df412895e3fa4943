import {
  frozenJsonObject,
  type SessionChange,
  type SessionRef,
  type StoredSession,
  type UpdateSessionOptions,
  versionConflict,
} from '@sess/core'
import type { Call } from '../connection/call.ts'
import { CrowdedScope, FullScope, isCrowded, makeRoom, takePlace } from '../counters/quotas.ts'
import { keptWith, sealedIn } from '../sql/payload.ts'
import type { StoreParts } from '../store-parts.ts'
import { expiryAfter, recordActivity, recordStructureWrite } from './expiry.ts'
import { lockSession } from './lookup.ts'
import { isDone, rememberDone } from './operations.ts'
import { saveSession, writeSession } from './save-session.ts'
import { type SessionState, sessionRecord } from './session-state.ts'
import { isCounted } from './status.ts'

export async function updateSession(
  parts: StoreParts,
  call: Call,
  ref: SessionRef,
  change: SessionChange,
  options: UpdateSessionOptions,
): Promise<StoredSession> {
  const copy = {
    ...change,
    ...(change.tags !== undefined && { tags: Object.freeze([...change.tags]) }),
    ...(change.data !== undefined && { data: sealedIn(change.data)?.asData ?? frozenJsonObject(change.data, 'data') }),
  }
  let crowded = false
  for (;;) {
    let scopes: SessionState | undefined
    try {
      return await parts.database.write(call, async (transaction) => {
        const session = await lockSession(parts, transaction, ref)
        scopes = session
        if (isDone(session, options.operationId)) return sessionRecord(session)
        if (session.version !== options.expectedVersion) throw versionConflict(options.expectedVersion, session.version)
        const after = changed(session, copy, options.operationId)
        if (isCounted(after.status) && !isCounted(session.status)) {
          crowded ||= await isCrowded(parts, transaction, session, options.quotas)
          await takePlace(parts, transaction, [session, after], session, options.quotas, crowded)
          await writeSession(parts, transaction, session, after)
        } else await saveSession(parts, transaction, session, after)
        return sessionRecord(after)
      })
    } catch (error) {
      if (error instanceof CrowdedScope) crowded = true
      else if (error instanceof FullScope && scopes !== undefined)
        await makeRoom(parts, call, error.scope, scopes, options.quotas)
      else throw error
    }
  }
}

export async function touchSession(
  parts: StoreParts,
  call: Call,
  ref: SessionRef,
  expiresInMs: number | undefined,
): Promise<StoredSession> {
  return await parts.database.write(call, async (transaction) => {
    const session = await lockSession(parts, transaction, ref)
    const after = { ...session }
    recordActivity(after, session.now)
    if (expiresInMs !== undefined) after.expiresAt = expiryAfter(session.endsAt, expiresInMs, session.now)
    await saveSession(parts, transaction, session, after)
    return sessionRecord(after)
  })
}

/** Notes a change of the record. */
export function recordChanged(session: SessionState, now: number): void {
  session.version++
  session.updatedAt = now
}

function changed(session: SessionState, change: SessionChange, operationId: string): SessionState {
  const { now, endsAt, idleMs } = session
  const { status = session.status, tags = session.tags, data = session.data } = change
  const after = { ...session, status, tags, data: keptWith(data, session.data) }
  if (session.status === 'pending' && status !== 'pending') after.expiresAt = expiryAfter(endsAt, idleMs, now)
  recordChanged(after, now)
  recordStructureWrite(after, now)
  rememberDone(after, operationId)
  return after
}
