import { once } from 'node:events'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import { SessError } from '@sess/core'
import type { StdioEndpoint } from '../driver/mcp-endpoint.ts'
import { settlesWithin } from '../settles-within.ts'
import { ByteRing } from './byte-ring.ts'
import { LineReader } from './line-reader.ts'
import { ProcessGroup } from './process-group.ts'
import type { ProcessRegistry } from './process-registry.ts'

const stderrBytes = 64 * 1024
/** How long what a program wrote before it ended may take to arrive. Nobody of its group holds the pipe by then. */
const drainMs = 80

export interface StdioTransportOptions {
  readonly registry: ProcessRegistry
  readonly maxMessageBytes: number
  readonly onWarning: (warning: string) => void
}

/** Talks to a program over its stdin and stdout, a message a line, and sees to it that nothing of it is left. */
export class StdioTransport implements Transport {
  onmessage?: (message: JSONRPCMessage) => void
  onclose?: () => void
  onerror?: (error: Error) => void

  readonly #endpoint: StdioEndpoint
  readonly #options: StdioTransportOptions
  readonly #stderr = new ByteRing(stderrBytes)
  #group: ProcessGroup | undefined
  #starting: Promise<void> | undefined
  #closed = false
  #setOver: () => void = () => {}
  readonly #over: Promise<void> = new Promise((resolve) => {
    this.#setOver = resolve
  })
  #endReason: string | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(endpoint: StdioEndpoint, options: StdioTransportOptions) {
    this.#endpoint = endpoint
    this.#options = options
  }

  /** Why it is over, once `onclose` was called without `close`. */
  get endReason(): string | undefined {
    return this.#endReason
  }

  /** The last 64 KiB of what the program wrote to stderr. May hold secrets. */
  get stderr(): string {
    return this.#stderr.text()
  }

  start(): Promise<void> {
    this.#starting = this.#start()
    return this.#starting
  }

  /**
   * One line at a time, so that an error belongs to the line that was being written.
   *
   * @throws {@link SessError} `MCP_NOT_CONNECTED` if the line can't have arrived whole.
   */
  send(message: JSONRPCMessage): Promise<void> {
    const line = `${JSON.stringify(message)}\n`
    const written = this.#writing.then(async () => await this.#write(line))
    this.#writing = written.catch(() => {})
    return written
  }

  async close(): Promise<void> {
    this.#close()
    await this.gone()
  }

  /** Settles once nobody of the program's group is left. */
  async gone(): Promise<void> {
    await this.#starting?.catch(() => {})
    await this.#group?.end()
  }

  async #start(): Promise<void> {
    const group = await ProcessGroup.start(this.#endpoint, this.#options.registry)
    this.#group = group
    group.child.stderr.on('data', (chunk: Buffer) => this.#stderr.push(chunk))
    const lines = new LineReader({
      maxLineBytes: this.#options.maxMessageBytes,
      onLine: (line) => this.#receive(line),
      onTooLong: () => void this.#flooded(),
    })
    group.child.stdout.on('data', (chunk: Buffer) => {
      if (!this.#closed) lines.push(chunk)
    })
    void group.exited.then(async (how) => await this.#exited(group, how))
    if (!this.#closed) return
    // Closed while it waited for its place.
    await group.kill()
    throw new SessError('MCP_NOT_CONNECTED', 'The connection was closed before it was made', {})
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.onclose?.()
    this.#setOver()
  }

  async #write(line: string): Promise<void> {
    const stdin = this.#group?.child.stdin
    if (this.#closed || stdin === undefined || !stdin.writable) throw notWritten()
    const failed = await new Promise<boolean>((resolve) => stdin.write(line, (error) => resolve(error != null)))
    if (!failed) return
    // Most do not read because they have ended: how they did is known in a moment.
    await settlesWithin(this.#over, 2 * drainMs)
    throw notWritten()
  }

  #receive(line: Buffer): void {
    if (this.#closed) return
    let message: unknown
    try {
      message = JSON.parse(utf8.decode(line))
    } catch {
      this.#options.onWarning('The server wrote a line to stdout that is no message')
      return
    }
    if (typeof message === 'object' && message !== null && 'jsonrpc' in message)
      this.onmessage?.(message as JSONRPCMessage)
    else this.#options.onWarning('The server wrote a line to stdout that is no message')
  }

  async #exited({ child }: ProcessGroup, how: string): Promise<void> {
    if (this.#closed) return
    const gone = this.#group?.kill()
    // Its last words may still be in the pipe.
    if (!child.stdout.readableEnded) await settlesWithin(once(child.stdout, 'end'), drainMs)
    await this.#fail(how)
    await gone
  }

  /** What is too long can't be read, so neither can whom it answers: whoever is alone in waiting is told. */
  async #flooded(): Promise<void> {
    const { maxMessageBytes: maxBytes } = this.#options
    const reason = `sent a message of more than ${maxBytes} bytes`
    this.onerror?.(new SessError('MCP_RESULT_TOO_LARGE', `The MCP server ${reason}`, { maxBytes, reason }))
    await this.#fail(reason)
  }

  async #fail(reason: string): Promise<void> {
    if (this.#closed) return
    this.#endReason = `the server ${reason}, with ${this.#stderr.totalBytes} bytes on stderr`
    this.#close()
    await this.#group?.kill()
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function notWritten(): SessError {
  return new SessError('MCP_NOT_CONNECTED', 'The MCP server does not read what it is sent', {})
}
