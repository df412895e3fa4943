import { createHmac, type KeyObject } from 'node:crypto'
import type { Owner } from '../owner.ts'

/** What stands for a user in a log: nobody gets from it to the user without the key, and erasing the user leaves the chain as it is. */
export function pseudonym({ orgId, userId }: Owner, key: KeyObject): string {
  // Lengths first, so that no two owners make the same text.
  const text = `${orgId.length}:${orgId}${userId}`
  return `~${createHmac('sha256', key).update('sess-pseudonym-1\0').update(text).digest('base64url').slice(0, 22)}`
}
