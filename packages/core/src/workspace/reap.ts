import type { CallOptions } from '../call-options.ts'
import { invalidArgument, isSessError } from '../errors.ts'
import { lookUp } from './entry-kind.ts'
import { namesIn } from './entry-names.ts'
import { ifThere } from './file-system-error.ts'
import { type OpenFolder, within } from './open-folder.ts'
import { readMarker } from './owner-marker.ts'
import { markerSuffix, type NamedSession, namedByMarker, type Place } from './place.ts'
import { removeIfEmpty, removeSessionFolder } from './session-folder.ts'
import { emptyTrash, openTrash } from './trash.ts'

/** Who knows which sessions there are: a `SessionManager` does. */
export interface SessionLookup {
  /** @throws {@link SessError} `SESSION_NOT_FOUND` only if there is no such session. */
  getSession(sessionId: string, options?: CallOptions): Promise<unknown>
}

/** Which workspaces a reaper leaves alone. */
export interface ReapOptions extends CallOptions {
  /** Workspaces that were made since are left alone. At least 120,000: a session that is being made is not found yet. @default 86_400_000 */
  readonly graceMs?: number | undefined
}

/** What a reaper did. */
export interface ReapResult {
  /** Workspaces whose session is gone, removed. */
  readonly removed: number
  /** Workspaces that stay: their session lives or has yet to be swept, or they are younger than the grace. */
  readonly kept: number
  /** Workspaces and markers that could not be removed, or that are not what they say: somebody has to look. */
  readonly failed: number
}

const leastGraceMs = 120_000

/** Removes what no session owns any more. See `Workspaces.reap`. */
export async function reap(
  root: OpenFolder,
  toPlace: (session: NamedSession) => Place,
  sessions: SessionLookup,
  { graceMs = 86_400_000, signal }: ReapOptions,
): Promise<ReapResult> {
  if (typeof graceMs !== 'number' || !(graceMs >= leastGraceMs))
    throw invalidArgument('graceMs', 'must be at least 120,000')
  if (typeof sessions?.getSession !== 'function') throw invalidArgument('sessions', 'must be a manager')
  const counts = { removed: 0, kept: 0, failed: 0 }
  for (const ownerName of await textNames(root)) {
    if (ownerName.startsWith('.')) continue
    const ownerFolder = await root.openFolder(ownerName).catch(() => null)
    if (ownerFolder === null) continue
    await within(ownerFolder, async () => {
      for (const name of await textNames(ownerFolder)) {
        signal?.throwIfAborted()
        if (!name.endsWith(markerSuffix)) continue
        const place = await markedPlace(ownerFolder, ownerName, name, toPlace)
        const outcome = place === null ? 'failed' : await judged(root, ownerFolder, place, sessions, graceMs, signal)
        counts[outcome]++
      }
    })
    await removeIfEmpty(root, ownerName)
  }
  // Whoever else is removing something there does not mind the help.
  await within(await openTrash(root), (trash) => emptyTrash(trash, ''))
  return Object.freeze(counts)
}

async function judged(
  root: OpenFolder,
  ownerFolder: OpenFolder,
  place: Place,
  sessions: SessionLookup,
  graceMs: number,
  signal: AbortSignal | undefined,
): Promise<keyof ReapResult> {
  const stats = await lookUp(ownerFolder, place.markerName)
  if (stats === null || Date.now() - stats.mtimeMs < graceMs || (await isKnown(sessions, place.sessionId, signal)))
    return 'kept'
  try {
    await removeSessionFolder(root, place)
    return 'removed'
  } catch {
    return 'failed'
  }
}

/** Whether somebody will remove the session's folder some day. In doubt, everything stays. */
async function isKnown(sessions: SessionLookup, sessionId: string, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await sessions.getSession(sessionId, { signal })
    return true
  } catch (error) {
    if (isSessError(error, 'SESSION_NOT_FOUND')) return false
    if (isSessError(error, 'SESSION_EXPIRED')) return true
    throw error
  }
}

/** Whose workspace the marker is for, null unless it lies where that session's would. */
async function markedPlace(
  ownerFolder: OpenFolder,
  ownerName: string,
  name: string,
  toPlace: (session: NamedSession) => Place,
): Promise<Place | null> {
  const marker = await ifThere(readMarker(ownerFolder, name))
  if (!(marker instanceof Uint8Array)) return null
  const session = namedByMarker(marker)
  if (session === null) return null
  try {
    const place = toPlace(session)
    return place.ownerName === ownerName && place.markerName === name && place.marker.equals(marker) ? place : null
  } catch {
    return null
  }
}

async function textNames(folder: OpenFolder): Promise<readonly string[]> {
  const all: string[] = []
  for await (const names of namesIn(folder)) all.push(...names.map((name) => name.toString()))
  return all
}
