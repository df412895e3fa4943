import { createHash } from 'node:crypto'
import type { Owner } from '../owner.ts'

/**
 * The name of the folder for an id. An id that is plain stays as it is; any other becomes `~` and the SHA-256 of it in base32.
 * So no id climbs out, two ids never share a name, not even where case does not count, and no name holds a dot.
 */
export function folderName(id: string): string {
  return plain.test(id) && !reserved.test(id) ? id : `~${base32(createHash('sha256').update(id, 'utf8').digest())}`
}

/**
 * The name of the folder for all sessions of an owner: `user.org`, of users of the default organisation `user`. Users of the
 * same id in two organisations share nothing.
 */
export function ownerFolderName(owner: Owner, defaultOrgId: string | null): string {
  const user = folderName(owner.userId)
  return owner.orgId === defaultOrgId ? user : `${user}.${folderName(owner.orgId)}`
}

const plain = /^[a-z0-9][a-z0-9_-]{0,63}$/

/** Names that Windows keeps for devices. They are encoded everywhere, so that a folder has one name on all systems. */
const reserved = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

/** RFC 4648 in lower case, without padding: 52 digits for 32 bytes. */
function base32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    for (; bits >= 5; bits -= 5) text += alphabet[(value >>> (bits - 5)) & 31]
    value &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + alphabet[(value << (5 - bits)) & 31]
}
