import type { JsonValue } from './json.ts'

/** Where a value belongs. An encrypting codec binds it, so that a value moved elsewhere does not decode. */
export interface CodecPlace {
  readonly orgId: string
  readonly sessionId: string
  readonly chatId: string | null
  /** The record in the session or chat: a message id, a context key. */
  readonly recordId: string
  readonly field: string
}

/** Turns values into the bytes a store keeps and back. What it encoded, it decodes to the same value at the same place. */
export interface Codec {
  encode(value: JsonValue, place: CodecPlace): Promise<Uint8Array>
  /** @throws any error if the bytes were damaged or belong to another place. Never answers something else instead. */
  decode(bytes: Uint8Array, place: CodecPlace): Promise<JsonValue>
}
