import type { CodecPlace } from './codec.ts'

/** The places of the values that a store encodes: the same in every store, so that data can move between them. */

/** `data` of a session's record. */
export const sessionDataPlace: CodecPlace = Object.freeze({ chatId: null, recordId: '', field: 'session' })

/** `data` of a chat's record. */
export function chatDataPlace(chatId: string): CodecPlace {
  return { chatId, recordId: '', field: 'chat' }
}

/** `bodyOf` a message. */
export function messagePlace(chatId: string, messageId: string): CodecPlace {
  return { chatId, recordId: messageId, field: 'message' }
}

/** A context value. */
export function contextPlace(key: string): CodecPlace {
  return { chatId: null, recordId: key, field: 'context' }
}
