import { bodyOf, decodedBody, type Message, messagePlace, type SessionCodec } from '@sess/core'

/** A message whose body is encoded. */
interface SealedMessage extends Pick<Message, 'id' | 'seq' | 'role' | 'createdAt'> {
  readonly body: Uint8Array
}

/** A message as it is kept: as it is, or encoded where the store has a codec. */
export type KeptMessage = Message | SealedMessage

/** How the messages of one chat are kept. */
export interface MessageKeeper {
  keep(message: Message): KeptMessage
  read(kept: KeptMessage): Message
}

/** As they are: they are frozen. */
export const plainMessages: MessageKeeper = { keep: (message) => message, read: (kept) => kept as Message }

/** Encoded. The codec is asked for each time: that of a session changes with its keys. */
export function sealedMessages(chatId: string, codec: () => SessionCodec): MessageKeeper {
  return {
    keep(message) {
      const { id, seq, role, createdAt } = message
      return { id, seq, role, createdAt, body: codec().encode(bodyOf(message), messagePlace(chatId, id)) }
    },
    read(kept) {
      if (!('body' in kept)) return kept
      const { id, seq, role, createdAt } = kept
      return Object.freeze({ id, seq, createdAt, ...decodedBody(codec(), kept.body, { chatId, id, role }) })
    },
  }
}
