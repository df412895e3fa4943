import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectWithTls } from 'node:tls'

export type RedisReply = string | number | null | readonly RedisReply[]

/** A port of loopback, with the authority to trust if it speaks TLS. */
export type RedisPlace = number | { readonly port: number; readonly ca?: string | undefined }

/**
 * Sends one command over a connection of its own, and resolves to the reply.
 *
 * @throws an Error with the server's words if it refuses the command.
 */
export async function askRedis(place: RedisPlace, ...command: readonly string[]): Promise<RedisReply> {
  const { port, ca } = typeof place === 'number' ? { port: place } : place
  const host = '127.0.0.1'
  const socket = ca === undefined ? connect(port, host) : connectWithTls({ port, host, ca })
  try {
    await once(socket, ca === undefined ? 'connect' : 'secureConnect')
    const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`)
    socket.write(`*${parts.length}\r\n${parts.join('')}`)
    // latin1: one character is one byte, as the lengths in the protocol are. Texts here are ASCII.
    socket.setEncoding('latin1')
    let text = ''
    for await (const piece of socket) {
      text += piece
      const parsed = parseReply(text, 0)
      if (parsed === undefined) continue
      if (parsed.error !== undefined) throw new Error(parsed.error)
      return parsed.reply
    }
    throw new Error(`Redis on port ${port} hung up before its reply was whole.`)
  } finally {
    socket.destroy()
  }
}

interface Parsed {
  readonly reply: RedisReply
  readonly end: number
  readonly error?: string
}

/** Reads one RESP2 reply. Undefined if it is not all there yet. */
function parseReply(text: string, start: number): Parsed | undefined {
  const lineEnd = text.indexOf('\r\n', start)
  if (lineEnd < 0) return undefined
  const line = text.slice(start + 1, lineEnd)
  const end = lineEnd + 2
  switch (text[start]) {
    case '+':
      return { reply: line, end }
    case '-':
      return { reply: null, end, error: line }
    case ':':
      return { reply: Number(line), end }
    case '$':
      return parseBulk(text, end, Number(line))
    case '*':
      return parseArray(text, end, Number(line))
    default:
      throw new Error(`Not a RESP2 reply: ${text.slice(start, start + 40)}`)
  }
}

function parseBulk(text: string, start: number, length: number): Parsed | undefined {
  if (length < 0) return { reply: null, end: start }
  const end = start + length + 2
  return text.length < end ? undefined : { reply: text.slice(start, end - 2), end }
}

function parseArray(text: string, start: number, length: number): Parsed | undefined {
  const items: RedisReply[] = []
  let end = start
  while (items.length < length) {
    const item = parseReply(text, end)
    if (item === undefined) return undefined
    items.push(item.reply)
    end = item.end
  }
  return { reply: items, end }
}
