import { sessionPlace } from './announcer.ts'
import type { CallOptions } from './call-options.ts'
import { readSession } from './change-session.ts'
import type { SessEvents } from './events.ts'
import type { JsonObject } from './json.ts'
import type { ManagerParts } from './manager-parts.ts'
import { ResourceState } from './resource-state.ts'
import { type SessionRecord, toSessionRecord } from './session-record.ts'
import type { SessionRef } from './store/refs.ts'
import type { StoredSession } from './store/session-records.ts'

/** What a resource did, for listeners and the audit log. */
export interface ResourceReport {
  readonly type: Extract<keyof SessEvents, `mcp-${string}`>
  readonly outcome: 'ok' | 'failed'
  /** Names, sizes and durations; never content, arguments or secrets. */
  readonly details: JsonObject
}

/** A session as its resources see it. `Session` is one. */
export interface ResourceHolder {
  readonly id: string
  /** The session as it was when it was last read. */
  readonly record: SessionRecord
  /** The folder of the session, null if the manager has no workspaces. */
  readonly workspacePath: string | null
  /** Reads the record anew. @throws {@link SessError} `SESSION_NOT_FOUND`, `SESSION_EXPIRED`. */
  refresh(options?: CallOptions): Promise<SessionRecord>
  /** What the resource of this name keeps with the session in the store. */
  resourceState(resource: string): ResourceState
  /** Tells of what a resource did. @throws {@link SessError} `AUDIT_FAILED` as for every audited event. */
  report(event: ResourceReport): Promise<void>
}

/** The session of a turn, for the tools that are called in it. */
export function resourceHolder(parts: ManagerParts, ref: SessionRef, read: StoredSession): ResourceHolder {
  let stored = read
  return {
    id: ref.id,
    get record() {
      return toSessionRecord(stored)
    },
    get workspacePath() {
      return parts.resources.workspacePath(toSessionRecord(stored))
    },
    async refresh(options) {
      stored = await readSession(parts, ref, options)
      return toSessionRecord(stored)
    },
    resourceState: (resource) => new ResourceState(parts, ref, resource),
    report: (event) => reportOf(parts, ref, event),
  }
}

/** Tells the listeners, then keeps the report in the audit log. */
export async function reportOf(parts: ManagerParts, ref: SessionRef, report: ResourceReport): Promise<void> {
  const { type, outcome, details } = report
  const place = sessionPlace(ref)
  parts.announcer.tell(type, { owner: ref.owner, sessionId: ref.id, outcome, details })
  await parts.announcer.audit({ ...place, type, outcome, details })
}
