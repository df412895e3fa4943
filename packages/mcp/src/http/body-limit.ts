import { SessError } from '@sess/core'

/** Counts a body chunk by chunk. @throws {@link SessError} `MCP_RESULT_TOO_LARGE`. */
export function bodyLimit(maxBytes: number): (chunk: Uint8Array) => void {
  let bytes = 0
  return (chunk) => {
    bytes += chunk.length
    if (bytes > maxBytes) throw tooLarge(maxBytes)
  }
}

/** Counts each event of a stream by itself: a stream may live as long as its session. */
export function eventLimit(maxBytes: number): (chunk: Uint8Array) => void {
  let bytes = 0
  let isLineEmpty = true
  let wasReturn = false
  return (chunk) => {
    for (const byte of chunk) {
      bytes += 1
      // \r\n ends one line, not two.
      if (byte === 13 || (byte === 10 && !wasReturn)) {
        if (isLineEmpty) bytes = 0
        isLineEmpty = true
      } else if (byte !== 10) isLineEmpty = false
      wasReturn = byte === 13
    }
    if (bytes > maxBytes) throw tooLarge(maxBytes)
  }
}

function tooLarge(maxBytes: number): SessError {
  const reason = `it is larger than ${maxBytes} bytes`
  return new SessError('MCP_RESULT_TOO_LARGE', `The answer of the MCP server was cut off: ${reason}`, {
    maxBytes,
    reason,
  })
}
