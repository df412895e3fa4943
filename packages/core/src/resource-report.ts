import { sessionPlace } from './announcer.ts'
import type { ManagerParts } from './manager-parts.ts'
import type { ResourceReport } from './resource-holder.ts'
import type { SessionRef } from './store/refs.ts'

/** Tells the listeners, then keeps the report in the audit log, but for what merely changed. */
export async function reportOf(parts: ManagerParts, ref: SessionRef, report: ResourceReport): Promise<void> {
  const { type, outcome, details } = report
  const place = sessionPlace(ref)
  parts.announcer.tell(type, { owner: ref.owner, sessionId: ref.id, outcome, details })
  if (type === 'mcp-client-changed') return
  await parts.announcer.audit({ ...place, type, outcome, details })
}
