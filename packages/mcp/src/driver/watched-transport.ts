import type { Transport, TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage, MessageExtraInfo, RequestId } from '@modelcontextprotocol/sdk/types.js'
import { isSessError } from '@sess/core'
import { type Delivery, delivery } from './delivery.ts'
import type { McpProgress } from './mcp-driver.ts'

/** Wraps a transport, and follows each request through it. */
export class WatchedTransport implements Transport {
  onmessage?: NonNullable<Transport['onmessage']>
  onclose?: () => void
  onerror?: (error: Error) => void
  /** What was agreed on, once the connection is initialised. */
  protocolVersion: string | undefined
  /** What the server answered to that, agreed or not. */
  offeredVersion: string | undefined

  readonly #inner: Transport
  readonly #open = new Map<RequestId, Delivery>()

  constructor(inner: Transport) {
    this.#inner = inner
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId
  }

  async start(): Promise<void> {
    this.#inner.onclose = () => this.onclose?.()
    this.#inner.onerror = (error) => {
      const [only, ...others] = this.#open.values()
      if (isSessError(error, 'MCP_RESULT_TOO_LARGE') && others.length === 0) only?.fail(error)
      this.onerror?.(error)
    }
    this.#inner.onmessage = (message, extra) => this.#receive(message, extra)
    await this.#inner.start()
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const current = delivery.getStore()
    if ('method' in message && 'id' in message && current !== undefined)
      return await this.#request(current, message, options)
    // The server need not hear that we no longer want what it has answered, or never got.
    if (isCancellation(message) && !this.#open.delete(message.params.requestId)) return
    await delivery.run(undefined, async () => await this.#inner.send(message, options))
  }

  async close(): Promise<void> {
    this.#open.clear()
    await this.#inner.close()
  }

  setProtocolVersion(version: string): void {
    this.protocolVersion = version
    this.#inner.setProtocolVersion?.(version)
  }

  async #request(
    current: Delivery,
    message: JSONRPCMessage & { id: RequestId },
    options?: TransportSendOptions,
  ): Promise<void> {
    this.#open.set(message.id, current)
    current.sent = true
    try {
      await this.#inner.send(message, options)
    } catch (error) {
      if (isSessError(error, 'MCP_NOT_CONNECTED') || isSessError(error, 'MCP_POLICY_DENIED')) current.sent = false
      if (!current.sent || current.refusal !== undefined) this.#open.delete(message.id)
      throw error
    }
  }

  #receive(message: JSONRPCMessage, extra?: MessageExtraInfo): void {
    if (isProgress(message)) {
      // Not by the library: it hears of progress later than of an answer that comes right after it, and drops it then.
      const { progressToken, ...progress } = message.params
      this.#open.get(progressToken)?.progress(progress)
      return
    }
    if (!('method' in message) && message.id !== undefined) {
      const current = this.#open.get(message.id)
      if (current !== undefined) current.answered = true
      this.#open.delete(message.id)
      if ('result' in message && typeof message.result.protocolVersion === 'string') {
        this.offeredVersion ??= message.result.protocolVersion
      }
    }
    this.onmessage?.(message, extra)
  }
}

function isCancellation(message: JSONRPCMessage): message is JSONRPCMessage & { params: { requestId: RequestId } } {
  return 'method' in message && message.method === 'notifications/cancelled'
}

function isProgress(message: JSONRPCMessage): message is JSONRPCMessage & { params: ProgressParams } {
  if (!('method' in message) || message.method !== 'notifications/progress') return false
  return typeof message.params?.progress === 'number'
}

interface ProgressParams extends McpProgress {
  readonly progressToken: RequestId
}
