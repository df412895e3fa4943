import type { CodecPlace, CodecSession } from '../codec.ts'

/** A session as bytes that no other session has. */
export function sessionBytes({ orgId, sessionId }: CodecSession): Buffer {
  return tupleBytes([orgId, sessionId])
}

/** A place as bytes that no other place of the session has. */
export function placeBytes({ chatId, recordId, field }: CodecPlace): Buffer {
  return tupleBytes([field, chatId, recordId])
}

/**
 * Texts with the length of each before it, so that two tuples never look alike. A null has a length of its own, and differs from ''.
 * UTF-16, as UTF-8 has one replacement for every half of a surrogate pair.
 */
export function tupleBytes(texts: readonly (string | null)[]): Buffer {
  let length = 0
  for (const text of texts) length += 4 + (text === null ? 0 : text.length * 2)
  const bytes = Buffer.allocUnsafe(length)
  let at = 0
  for (const text of texts) {
    at = bytes.writeUInt32BE(text === null ? 0xffffffff : text.length * 2, at)
    if (text !== null) at += bytes.write(text, at, 'utf16le')
  }
  return bytes
}
