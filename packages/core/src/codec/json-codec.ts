import { assertDecodable, decodedJson } from './decoded-json.ts'
import { type PlainCodec, plainCodec } from './plain-codec.ts'

/** Values as UTF-8 JSON: what stores keep without a codec, and what the others begin with. */
export function json(): PlainCodec {
  return plainCodec(
    (value) => {
      assertDecodable(value)
      return Buffer.from(JSON.stringify(value), 'utf8')
    },
    (bytes) => decodedJson(asBuffer(bytes).toString('utf8')),
  )
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
