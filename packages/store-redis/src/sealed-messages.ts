import {
  bodyOf,
  decodedBody,
  frozenJsonObject,
  type JsonValue,
  type Message,
  messagePlace,
  type NewMessage,
  type SessionCodec,
} from '@sess/core'
import { described, type Element, type Extras, nameOf, sortedJson } from './message-rows.ts'
import { bytesOf, codecMissing, textOf } from './payload.ts'

/** A body that a codec encoded stands behind this, in the place of the content, which is never a number. */
const sealedMark = 0

/** Copies of messages that a codec may have to be waited for. */
export function copiedMessages(messages: readonly NewMessage[]): readonly NewMessage[] {
  return messages.map((message) => {
    const { id, createdAt } = message
    return { ...(frozenJsonObject(bodyOf(message), 'message') as unknown as NewMessage), id, createdAt }
  })
}

/** Messages as the arguments of a script, with their bodies encoded; see messages.lua. */
export function sealedArguments(codec: SessionCodec, chatId: string, messages: readonly NewMessage[]): string[] {
  const args = ['']
  for (const message of messages) {
    const { id, role } = message
    const [name, place, body] = [nameOf(id), messagePlace(chatId, id), bodyOf(message)]
    // Ciphertexts of one body differ each time, and a plain digest would tell short ones: the codec's has a key.
    const digest = Buffer.from(codec.digest(sortedJson(body), place))
      .toString('base64url')
      .slice(0, 16)
    const text = textOf(codec.encode(body, place))
    const payload = text.startsWith('{') ? text : JSON.stringify(text)
    const extras = name === id ? '' : `,${JSON.stringify({ id })}`
    args[0] += described(name, digest, message)
    args.push(`,"${name}",${JSON.stringify(role)},${sealedMark},${payload}${extras}]`)
  }
  return args
}

/** A message from the parts of its element. */
export function openedMessage(codec: SessionCodec | null, chatId: string, element: SealedElement): Message {
  if (codec === null) throw codecMissing()
  const [seq, , , createdAt, name, role, , payload, extras] = element
  const id = extras?.id ?? name
  const bytes = bytesOf(typeof payload === 'string' ? payload : JSON.stringify(payload))
  return Object.freeze({ id, seq, createdAt, ...decodedBody(codec, bytes, { chatId, id, role }) })
}

/** A message that was kept without a codec, which decides whether it may be. */
export function plainMessage(codec: SessionCodec, chatId: string, message: Message): Message {
  const { id, seq, role, createdAt } = message
  const bytes = bytesOf(JSON.stringify(bodyOf(message)))
  return Object.freeze({ id, seq, createdAt, ...decodedBody(codec, bytes, { chatId, id, role }) })
}

export type SealedElement = readonly [
  ...head: [seq: number, openCalls: number, mark: string, createdAt: number, name: string, role: Message['role']],
  mark: typeof sealedMark,
  payload: JsonValue,
  extras?: Pick<Extras, 'id'>,
]

export function isSealed(element: Element | SealedElement): element is SealedElement {
  return element[6] === sealedMark
}
