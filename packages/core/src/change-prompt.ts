import { sessionPlace } from './announcer.ts'
import { changeSession, readSession } from './change-session.ts'
import { checkedObject } from './checked-fields.ts'
import { isSessError } from './errors.ts'
import type { JsonObject } from './json.ts'
import type { ManagerParts } from './manager-parts.ts'
import type { ComposedPrompt } from './prompt-composer.ts'
import { versionConflict } from './refusal.ts'
import { type SessionData, sessionData, toSessionRecord } from './session-record.ts'
import type { SessionRef } from './store/refs.ts'
import type { StoredSession } from './store/session-records.ts'
import type { UpdateOptions } from './update-options.ts'

/** Replaces the prompt of a session. See `Session.setSystemPrompt`. */
export async function setPrompt(
  parts: ManagerParts,
  ref: SessionRef,
  text: string | null,
  options: UpdateOptions,
): Promise<StoredSession> {
  const systemPrompt = text === null ? null : await parts.prompts.literal(text)
  return await writePrompt(parts, ref, { systemPrompt }, options)
}

/** Composes the prompt of a session anew. See `Session.refreshPrompt`. */
export async function refreshPrompt(
  parts: ManagerParts,
  ref: SessionRef,
  variables: JsonObject,
  options: UpdateOptions,
): Promise<StoredSession> {
  const { bytesPerField } = parts.limits
  const checked = checkedObject(variables, 'variables', bytesPerField)
  const { expectedVersion } = options
  for (;;) {
    const stored = await readSession(parts, ref, options)
    if (expectedVersion !== undefined && expectedVersion !== stored.version)
      throw versionConflict(expectedVersion, stored.version)
    const merged = { ...sessionData(stored).promptVariables, ...checked }
    const promptVariables = checkedObject(merged, 'variables', bytesPerField)
    const systemPrompt = await parts.prompts.composeAnew(ref.owner, promptVariables, options.signal)
    try {
      const write = { ...options, expectedVersion: expectedVersion ?? stored.version }
      return await writePrompt(parts, ref, { systemPrompt, promptVariables }, write)
    } catch (error) {
      // Somebody else's variables came in between: they count too.
      if (expectedVersion !== undefined || !isSessError(error, 'VERSION_CONFLICT')) throw error
    }
  }
}

async function writePrompt(
  parts: ManagerParts,
  ref: SessionRef,
  data: Partial<SessionData> & { readonly systemPrompt: ComposedPrompt | null },
  options: UpdateOptions,
): Promise<StoredSession> {
  let previousDigest: string | null = null
  const build = (before: StoredSession): { readonly data: Partial<SessionData> } => {
    previousDigest = sessionData(before).systemPrompt?.digest ?? null
    return { data }
  }
  const { stored } = await changeSession(parts, ref, build, options)
  const session = toSessionRecord(stored)
  const details = { digest: data.systemPrompt?.digest ?? null, previousDigest }
  await parts.announcer.announce('prompt-refreshed', { session, previousDigest }, sessionPlace(ref), details)
  return stored
}
