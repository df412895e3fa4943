import {
  type CallOptions,
  type CodecPlace,
  type JsonObject,
  type JsonValue,
  SessError,
  type SessionCodec,
  type SessionRef,
} from '@sess/core'
import type { Backend } from './backend.ts'

/**
 * Values as text. What a codec made of them begins with a tilde, as no JSON does, and goes on in base64url; where size counts, their bytes as
 * JSON stand in between.
 */
const mark = '~'

export function textOf(bytes: Uint8Array): string {
  const buffer = bufferOf(bytes)
  // Plain JSON stays what it is; whatever a codec makes of it begins with a byte that no text begins with.
  return (bytes[0] ?? 0) < 0x80 ? buffer.toString('utf8') : mark + buffer.toString('base64url')
}

export function bytesOf(text: string): Uint8Array {
  return text.startsWith(mark) ? Buffer.from(text.slice(text.lastIndexOf(mark) + 1), 'base64url') : Buffer.from(text)
}

/** The text of a context value, which tells the server how much it counts. */
export function sizedText(bytes: Uint8Array, jsonBytes: number): string {
  const text = textOf(bytes)
  return text.startsWith(mark) ? `${mark}${jsonBytes}${text}` : text
}

/** The value of a text that was kept without a codec. @throws {@link SessError} `CODEC_MISSING`. */
function plainValue(text: string): JsonValue {
  if (text.startsWith(mark)) throw codecMissing()
  return JSON.parse(text) as JsonValue
}

export function codecMissing(): SessError<'CODEC_MISSING'> {
  return new SessError('CODEC_MISSING', 'a value was encoded by a codec, and the store was given none', {})
}

/** A value of a session as text. It must be the caller's no longer: a codec may have to be waited for. */
export async function sealedText(
  backend: Backend,
  session: SessionRef,
  value: JsonValue,
  place: CodecPlace,
  options: CallOptions | undefined,
): Promise<string> {
  if (backend.codecs === null) return JSON.stringify(value)
  return textOf((await backend.codecs.of(session, options)).encode(value, place))
}

/** What `decode` makes of something of a session that has just been read. */
export async function opened<Value>(
  backend: Backend,
  session: SessionRef,
  options: CallOptions | undefined,
  decode: (codec: SessionCodec | null) => Value,
): Promise<Value> {
  return backend.codecs === null ? decode(null) : await backend.codecs.read(session, options, decode)
}

export function openedValue(codec: SessionCodec | null, text: string, place: CodecPlace): JsonValue {
  return codec === null ? plainValue(text) : codec.decode(bytesOf(text), place)
}

/** The data of a session's record, by the keys in it. Without a codec nothing is waited for. */
export function openedData(
  { codecs }: Backend,
  session: SessionRef,
  keys: string,
  text: string,
): JsonObject | Promise<JsonObject> {
  if (codecs === null) return plainValue(text) as JsonObject
  return codecs.readData(session, keysOf(keys), bytesOf(text))
}

/** The keys of a session from their text; '' is none. */
export function keysOf(text: string): Uint8Array | null {
  return text === '' ? null : Buffer.from(text, 'base64url')
}

export function keysText(keys: Uint8Array | null): string {
  return keys === null ? '' : bufferOf(keys).toString('base64url')
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
