import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { invalidArgument, SessError } from '../errors.ts'
import type { JsonValue } from '../json.ts'
import { formatError } from './decoded-json.ts'
import { type PlainCodec, plainCodec } from './plain-codec.ts'

/** From which size on values are compressed, and up to which. */
export interface CompressedOptions {
  /** Shorter values stay as they are: they would hardly get smaller. @default 1_024 */
  readonly minBytes?: number | undefined
  /** Bytes at most of a value before it is compressed, and after it is decompressed. @default 16_777_216 */
  readonly maxBytes?: number | undefined
}

/** Begins a compressed value: a byte that no UTF-8 text begins with, then which compression it is. */
const mark = 0x9c
const deflate = 1

/**
 * Compresses (deflate) what `codec` encodes, where that makes it smaller. Values that were kept without compression are read as well,
 * so that it can be switched on and off.
 *
 * Under encryption, the length of a value tells how well it compresses; where others can have their text beside a secret in one
 * message and see lengths, do not compress.
 */
export function compressed(codec: PlainCodec, options: CompressedOptions = {}): PlainCodec {
  const { minBytes = 1_024, maxBytes = 16_777_216 } = options
  assertWhole('minBytes', minBytes)
  assertWhole('maxBytes', maxBytes)
  return plainCodec(
    (value) => {
      const bytes = codec.encode(value)
      if (bytes.length > maxBytes) throw tooLarge(maxBytes)
      if (bytes.length < minBytes) return bytes
      const smaller = deflateRawSync(bytes)
      return smaller.length + 2 < bytes.length ? Buffer.concat([Buffer.of(mark, deflate), smaller]) : bytes
    },
    (bytes): JsonValue => {
      if (bytes[0] !== mark) return codec.decode(bytes)
      if (bytes[1] !== deflate)
        throw new SessError('CODEC_UNSUPPORTED', 'the value has an unknown compression', { what: 'compression' })
      return codec.decode(inflated(bytes.subarray(2), maxBytes))
    },
  )
}

/** Stops at `maxBytes`, so that a small value cannot fill the memory. */
function inflated(bytes: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return inflateRawSync(bytes, { maxOutputLength: maxBytes })
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(maxBytes)
    throw formatError()
  }
}

function tooLarge(maxBytes: number): SessError<'CODEC_TOO_LARGE'> {
  return new SessError('CODEC_TOO_LARGE', `at most ${maxBytes} bytes are allowed`, { maxBytes })
}

function assertWhole(field: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) throw invalidArgument(field, 'must be a whole number from 1 up')
}
