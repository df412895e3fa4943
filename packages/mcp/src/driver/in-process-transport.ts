import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import { SessError } from '@sess/core'

/**
 * One end of a connection inside this process. Messages cross it as text, in order and later: neither side holds the other's
 * objects or runs on its stack.
 */
export class InProcessTransport implements Transport {
  onmessage?: (message: JSONRPCMessage) => void
  onclose?: () => void
  onerror?: (error: Error) => void
  #peer: InProcessTransport | undefined
  #closed = false
  #started = false
  #early: string[] = []

  static pair(): readonly [InProcessTransport, InProcessTransport] {
    const ends = [new InProcessTransport(), new InProcessTransport()] as const
    ends[0].#peer = ends[1]
    ends[1].#peer = ends[0]
    return ends
  }

  async start(): Promise<void> {
    this.#started = true
    for (const text of this.#early.splice(0)) this.#deliver(text)
  }

  /** @throws {@link SessError} `MCP_NOT_CONNECTED` if either end was closed. */
  async send(message: JSONRPCMessage): Promise<void> {
    const peer = this.#peer
    if (this.#closed || peer === undefined) throw new SessError('MCP_NOT_CONNECTED', 'The connection is closed', {})
    const text = JSON.stringify(message)
    if (peer.#started) peer.#deliver(text)
    else peer.#early.push(text)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#early = []
    this.onclose?.()
    await this.#peer?.close()
  }

  #deliver(text: string): void {
    setImmediate(() => {
      if (!this.#closed) this.onmessage?.(JSON.parse(text) as JSONRPCMessage)
    })
  }
}
