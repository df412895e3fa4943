import { createCipheriv, createDecipheriv, type KeyObject, randomFillSync } from 'node:crypto'
import { codecAuthFailed } from '../refusal.ts'

/** Bytes beside the plain text: nonce before, tag behind. */
export const nonceBytes = 12
export const tagBytes = 16

/**
 * AES-256-GCM with a random nonce: `head`, nonce, ciphertext and tag. `head` and `place` are authenticated too.
 */
export function seal(key: KeyObject, head: Uint8Array, place: Uint8Array, plain: Uint8Array): Buffer {
  const start = head.length + nonceBytes
  const sealed = Buffer.allocUnsafe(start + plain.length + tagBytes)
  sealed.set(head)
  randomFillSync(sealed, head.length, nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, sealed.subarray(head.length, start), { authTagLength: tagBytes })
  cipher.setAAD(Buffer.concat([head, place]))
  sealed.set(cipher.update(plain), start)
  cipher.final()
  sealed.set(cipher.getAuthTag(), start + plain.length)
  return sealed
}

/**
 * The plain text, once all of it is known to be genuine.
 *
 * @throws {@link SessError} `CODEC_AUTH_FAILED`, which does not say why.
 */
export function unseal(key: KeyObject, headLength: number, place: Uint8Array, sealed: Uint8Array): Buffer {
  const start = headLength + nonceBytes
  const end = sealed.length - tagBytes
  if (end < start) throw codecAuthFailed()
  try {
    // Without its length given, Node would take a tag of 4 bytes.
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(headLength, start), {
      authTagLength: tagBytes,
    })
    decipher.setAAD(Buffer.concat([sealed.subarray(0, headLength), place]))
    decipher.setAuthTag(sealed.subarray(end))
    const plain = decipher.update(sealed.subarray(start, end))
    decipher.final()
    return plain
  } catch {
    throw codecAuthFailed()
  }
}
