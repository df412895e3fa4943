import type { CallOptions } from './call-options.ts'
import { isSessError } from './errors.ts'
import { newId } from './id.ts'
import type { JsonObject } from './json.ts'
import { sessionQuotas } from './limits.ts'
import type { ManagerParts } from './manager-parts.ts'
import { sessionNotFound, versionConflict } from './refusal.ts'
import type { SessionData } from './session-record.ts'
import type { SessionRef } from './store/refs.ts'
import type { SessionChange, StoredSession } from './store/session-records.ts'
import type { UpdateOptions } from './update-options.ts'

/** What to change of a session as it was read, `data` with only the fields that change; null is nothing. */
export type BuildChange = (
  stored: StoredSession,
) => (Omit<SessionChange, 'data'> & { readonly data?: Partial<SessionData> | JsonObject | undefined }) | null

/** The session as the store has it. @throws {@link SessError} `SESSION_NOT_FOUND`, `SESSION_EXPIRED`. */
export async function readSession(parts: ManagerParts, ref: SessionRef, options?: CallOptions): Promise<StoredSession> {
  parts.assertOpen()
  const stored = await parts.store.getSession(ref, options)
  if (stored === null) throw sessionNotFound(ref.id)
  return stored
}

/** Reads, changes and writes; again if somebody else was faster, unless the caller named a version. */
export async function changeSession(
  parts: ManagerParts,
  ref: SessionRef,
  build: BuildChange,
  options: UpdateOptions,
): Promise<{ readonly stored: StoredSession; readonly changed: boolean }> {
  const { expectedVersion, signal } = options
  for (;;) {
    const stored = await readSession(parts, ref, options)
    const { version } = stored
    if (expectedVersion !== undefined && expectedVersion !== version) throw versionConflict(expectedVersion, version)
    const change = build(stored)
    if (change === null) return { stored, changed: false }
    const data = change.data === undefined ? undefined : ({ ...stored.data, ...change.data } as JsonObject)
    const write = { expectedVersion: version, operationId: newId(), quotas: sessionQuotas(parts.limits), signal }
    try {
      return { stored: await parts.store.updateSession(ref, { ...change, data }, write), changed: true }
    } catch (error) {
      if (expectedVersion !== undefined || !isSessError(error, 'VERSION_CONFLICT')) throw error
    }
  }
}
