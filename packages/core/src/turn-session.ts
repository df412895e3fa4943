import { readSession } from './change-session.ts'
import type { ManagerParts } from './manager-parts.ts'
import type { ResourceHolder } from './resource-holder.ts'
import { reportOf } from './resource-report.ts'
import { toSessionRecord } from './session-record.ts'
import type { SessionRef } from './store/refs.ts'
import type { StoredSession } from './store/session-records.ts'
import { StoredResourceState } from './stored-resource-state.ts'

/** The session of a turn, for the tools that are called in it. */
export function turnSession(parts: ManagerParts, ref: SessionRef, read: StoredSession): ResourceHolder {
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
    resourceState: (resource) => new StoredResourceState(parts, ref, resource),
    hold() {
      parts.assertOpen()
      parts.resources.hold(toSessionRecord(stored))
    },
    report: (event) => reportOf(parts, ref, event),
  }
}
