import { createHash } from 'node:crypto'

/** The claim a caller is given: of one session, though all that were claimed together hold the same secret. */
export function claimText(secret: Buffer, session: Buffer): string {
  return createHash('sha256').update(secret).update(session).digest('base64url')
}
