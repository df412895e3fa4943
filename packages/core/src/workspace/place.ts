import { invalidArgument } from '../errors.ts'
import { checkedOwner, type Owner } from '../owner.ts'
import { folderName, ownerFolderName } from './folder-name.ts'

/** Where the workspace of a session is, below the root. */
export interface Place {
  readonly sessionId: string
  /** The folder of all sessions of the owner. */
  readonly ownerName: string
  /** The folder of the session, in that. */
  readonly name: string
  /** The file beside it that names the owner. It is out of reach of what runs in the folder. */
  readonly markerName: string
  /** What that file says, byte by byte. */
  readonly marker: Buffer
}

/** What names a session: a record has these fields, and more. */
export interface NamedSession {
  readonly id: string
  readonly owner: Owner
}

/** The place of a session's workspace: the same in every process. */
export function placeOf(session: NamedSession, defaultOrgId: string | null): Place {
  if (typeof session?.id !== 'string' || session.id === '') throw invalidArgument('session', 'must be a session')
  const { orgId, userId } = checkedOwner(session.owner)
  const name = folderName(session.id)
  return {
    sessionId: session.id,
    ownerName: ownerFolderName({ orgId, userId }, defaultOrgId),
    name,
    markerName: `${name}${markerSuffix}`,
    marker: Buffer.from(`${JSON.stringify({ orgId, userId, sessionId: session.id })}\n`),
  }
}

/** The session that a marker names, null if it names none. */
export function namedByMarker(marker: Buffer): NamedSession | null {
  try {
    const { orgId, userId, sessionId } = JSON.parse(marker.toString())
    return { id: sessionId, owner: checkedOwner({ orgId, userId }) }
  } catch {
    return null
  }
}

export const markerSuffix = '.owner'
