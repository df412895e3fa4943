import { sleep } from './abort.ts'
import { noticingLimits, sessionPlace } from './announcer.ts'
import type { CallOptions } from './call-options.ts'
import { isSessError } from './errors.ts'
import { expireSession } from './expire-session.ts'
import { newId, newSessionId } from './id.ts'
import type { JsonObject } from './json.ts'
import { sessionQuotas } from './limits.ts'
import type { ManagerParts } from './manager-parts.ts'
import type { Owner } from './owner.ts'
import type { ComposedPrompt } from './prompt-composer.ts'
import { sessionNotFound } from './refusal.ts'
import { type CheckedSession, type CreateSessionInput, checkedNewSession } from './session-fields.ts'
import { toSessionRecord } from './session-record.ts'
import type { SessionRef } from './store/refs.ts'
import type { StoredSession } from './store/session-records.ts'

/** How long a session may take to be made; if its process dies, the sweep removes what there is of it after that. */
export const pendingMs = 120_000

/** How long a creation waits for somebody else's clean-up of the expired session that has its key. */
const keyWaitMs = 5_000

/**
 * Creates a session with all that belongs to it, or nothing: a failing step undoes those before it. With `ifKeyTaken: 'open'`
 * the session that has the key is answered instead, once whoever makes it is done.
 */
export async function createSession(
  parts: ManagerParts,
  owner: Owner,
  input: CreateSessionInput,
  ifKeyTaken: 'reject' | 'open',
  options: CallOptions,
): Promise<StoredSession> {
  const checked = checkedNewSession(input, parts.limits, parts.expiry)
  const place = { owner, sessionId: null, chatId: null }
  try {
    const prompt = (): Promise<ComposedPrompt | null> => promptFor(parts, owner, input, checked, options)
    // Most that is opened is there already: it must not wait for the composer, nor fail with it.
    const later = ifKeyTaken === 'open' && input.systemPrompt === undefined && parts.prompts.composes
    const systemPrompt = later ? null : await prompt()
    return await noticingLimits(parts.announcer, place, () =>
      makeOrOpen(parts, owner, checked, systemPrompt, later ? prompt : null, ifKeyTaken, options),
    )
  } catch (error) {
    const code = isSessError(error) ? error.code : 'UNKNOWN'
    await parts.announcer.audit({ type: 'session-create-failed', ...place, outcome: 'failed', details: { code } })
    throw error
  }
}

/** Gives a session all that is missing while it is pending, and makes it visible. A failing step removes it. */
export async function completeSession(
  parts: ManagerParts,
  pending: StoredSession,
  status: 'active' | 'paused' | 'archived' | 'closed',
  context: CheckedSession['context'],
  options: CallOptions,
  prompt: (() => Promise<ComposedPrompt | null>) | null = null,
): Promise<StoredSession> {
  const ref = { id: pending.id, owner: pending.owner }
  try {
    const data =
      prompt === null ? undefined : ({ ...pending.data, systemPrompt: await prompt() } as unknown as JsonObject)
    await parts.resources.provision(toSessionRecord({ ...pending, data: data ?? pending.data }), options.signal)
    if (context.length > 0) {
      const { contextKeys: maxKeys, contextBytes: maxBytes } = { ...parts.limits, ...toSessionRecord(pending).limits }
      await parts.store.setContext(ref, context, { ...options, operationId: newId(), maxKeys, maxBytes })
    }
    const quotas = sessionQuotas(parts.limits)
    return await parts.store.updateSession(
      ref,
      { status, data },
      { ...options, operationId: newId(), expectedVersion: pending.version, quotas },
    )
  } catch (error) {
    await undo(parts, pending)
    throw error
  }
}

/** Removes a session that was not completed. What cannot be removed now, the sweep removes when it expires. */
export async function undo(parts: ManagerParts, pending: StoredSession): Promise<void> {
  try {
    const ref = { id: pending.id, owner: pending.owner }
    if (await parts.resources.destroy(toSessionRecord(pending)))
      await parts.store.deleteSession(ref, { operationId: newId() })
  } catch (error) {
    parts.logger.warn({ sessionId: pending.id, error }, 'a session that was not completed is left to the sweep')
  }
}

/** Tells of a new session once the audit log has it. @throws {@link SessError} `AUDIT_FAILED`; then the session was removed. */
export async function announceNew(
  parts: ManagerParts,
  event: 'session-created' | 'session-imported',
  session: StoredSession,
): Promise<void> {
  const record = toSessionRecord(session)
  try {
    await parts.announcer.audit({ type: event, outcome: 'ok', details: {}, ...sessionPlace(record) })
  } catch (error) {
    await undo(parts, session)
    throw error
  }
  parts.announcer.tell(event, { session: record })
}

async function makeOrOpen(
  parts: ManagerParts,
  owner: Owner,
  checked: CheckedSession,
  systemPrompt: ComposedPrompt | null,
  promptLater: (() => Promise<ComposedPrompt | null>) | null,
  ifKeyTaken: 'reject' | 'open',
  options: CallOptions,
): Promise<StoredSession> {
  const atOnce = parts.resources.empty && checked.context.length === 0 && promptLater === null
  const data = { ...checked.data, systemPrompt } as unknown as JsonObject
  const deadline = performance.now() + keyWaitMs
  for (;;) {
    const id = newSessionId(owner)
    const fresh = {
      id,
      owner,
      key: checked.key,
      tags: checked.tags,
      data,
      expiry: checked.expiry,
      pendingMs: atOnce ? null : pendingMs,
    }
    try {
      const { session, created } = await parts.store.createSession(fresh, {
        ...options,
        quotas: sessionQuotas(parts.limits),
        ifKeyTaken,
      })
      if (!created) {
        const opened = session.status === 'pending' ? await whenCompleted(parts, session, options) : session
        if (opened !== null) return opened
        continue
      }
      const complete = atOnce
        ? session
        : await completeSession(parts, session, 'active', checked.context, options, promptLater)
      await announceNew(parts, 'session-created', complete)
      return complete
    } catch (error) {
      // An expired session still has the key: it is swept now rather than in an hour.
      if (!isSessError(error, 'SESSION_EXPIRED') || checked.key === null || error.details.sessionId === id) throw error
      if (await expireSession(parts, { id: error.details.sessionId, owner })) continue
      if (performance.now() > deadline) throw error
      await sleep(50, options.signal)
    }
  }
}

/** Waits for a session that somebody is making. Null if that came to nothing. */
async function whenCompleted(
  parts: ManagerParts,
  pending: StoredSession,
  options: CallOptions,
): Promise<StoredSession | null> {
  const ref: SessionRef = { id: pending.id, owner: pending.owner }
  const deadline = performance.now() + pendingMs
  for (let delayMs = 10; performance.now() < deadline; delayMs = Math.min(delayMs * 2, 250)) {
    await sleep(delayMs, options.signal)
    const session = await parts.store.getSession(ref, options)
    if (session === null || session.status !== 'pending') return session
  }
  throw sessionNotFound(pending.id)
}

async function promptFor(
  parts: ManagerParts,
  owner: Owner,
  input: CreateSessionInput,
  checked: CheckedSession,
  options: CallOptions,
): Promise<ComposedPrompt | null> {
  if (input.systemPrompt !== undefined) return await parts.prompts.literal(input.systemPrompt)
  return await parts.prompts.compose(owner, checked.data.promptVariables, options.signal)
}
