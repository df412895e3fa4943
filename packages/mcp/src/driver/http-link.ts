import { setImmediate } from 'node:timers/promises'
import { SessError } from '@sess/core'
import { causes, failureCode, neverSent } from '../http/failure-facts.ts'
import { relayedBody } from '../http/relayed-body.ts'
import { type Delivery, delivery } from './delivery.ts'
import { httpRefusal } from './http-refusal.ts'
import type { HttpEndpoint } from './mcp-endpoint.ts'

/** Streams that have brought their answer and that their server has not ended yet; more are cut off. */
const maxDraining = 8
/** How much of a refusal is read. */
const maxRefusalBytes = 64 * 1024

/**
 * All HTTP requests of one connection, those for OAuth as well. Each has an abort controller of its own, and notes in its
 * {@link Delivery} what the library does not tell: whether it was sent, with what it was refused, and that its stream has ended.
 */
export class HttpLink {
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>
  readonly #endpoint: HttpEndpoint
  readonly #onStreamEnd: () => void
  readonly #running = new Set<AbortController>()
  readonly #draining = new Set<AbortController>()
  #first: { readonly delivery: Delivery; readonly answer: Promise<unknown> } | undefined
  #closed = false

  /** @param onStreamEnd the stream on which an SSE server answers is over. */
  constructor(endpoint: HttpEndpoint, onStreamEnd: () => void) {
    this.#endpoint = endpoint
    this.#onStreamEnd = onStreamEnd
    this.fetch = async (url, init) => await this.#fetch(new URL(url), init ?? {})
  }

  /** Settles when the first message has been answered or has failed: only then it is known whether there is a session. */
  async greeted(): Promise<void> {
    await this.#first?.answer
    // The library has seen the answer by the next turn of the loop.
    await setImmediate()
  }

  close(): void {
    this.#closed = true
    for (const controller of this.#running) controller.abort()
  }

  async #fetch(url: URL, init: RequestInit): Promise<Response> {
    if (this.#closed) throw new SessError('MCP_NOT_CONNECTED', 'The connection is closed', {})
    const controller = new AbortController()
    this.#running.add(controller)
    const request = { ...init, headers: this.#headers(url, init), signal: controller.signal }
    const current = isMessage(init) ? delivery.getStore() : undefined
    if (current !== undefined) current.finish = () => this.#finish(controller, current)
    try {
      const response =
        current === undefined ? await this.#endpoint.fetch(url, request) : await this.#post(url, request, current)
      return this.#watched(response, { controller, current, isStream: init.method !== 'POST' })
    } catch (error) {
      this.#forget(controller)
      throw error
    }
  }

  async #post(url: URL, request: RequestInit & { headers: Headers }, current: Delivery): Promise<Response> {
    current.sent = true
    current.refusal = undefined
    let response: Response
    try {
      const answer = this.#endpoint.fetch(url, request)
      this.#first ??= { delivery: current, answer: answer.catch(() => {}) }
      response = await answer
    } catch (error) {
      throw neverSent(error) ? notSent(error) : error
    }
    if (response.ok) return response
    const text = await beginning(response)
    const inSession = request.headers.has('mcp-session-id') || this.#endpoint.transport === 'sse'
    current.refusal = httpRefusal({ status: response.status, text, inSession })
    return new Response(text, { status: response.status, headers: response.headers })
  }

  #watched(response: Response, request: WatchedRequest): Response {
    if (response.body === null) {
      this.#forget(request.controller)
      return response
    }
    const body = relayedBody(response.body, {
      onEnd: (failure) => {
        this.#forget(request.controller)
        this.#bodyEnded(response, request, failure)
      },
    })
    return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers })
  }

  #bodyEnded(response: Response, { current, isStream }: WatchedRequest, failure: unknown): void {
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return
    if (isStream && this.#endpoint.transport === 'sse') this.#onStreamEnd()
    const tooLarge = causes(failure).find((cause) => cause instanceof SessError)
    // The library reads what has come by promises alone: by the next turn of the loop it has seen all of it.
    void setImmediate().then(() => {
      if (current === undefined || current.answered || (current.resumable && tooLarge === undefined)) return
      current.fail(tooLarge ?? new SessError('MCP_NOT_CONNECTED', 'The server ended the stream without an answer', {}))
    })
  }

  #finish(controller: AbortController, current: Delivery): void {
    if (!this.#running.has(controller)) return
    if (!current.answered) {
      // Cut off, the server would keep a session that nobody knows.
      if (current === this.#first?.delivery) return
      controller.abort()
      return
    }
    // The server is about to end the stream; cutting it off would cost the next request a new connection.
    this.#draining.add(controller)
    if (this.#draining.size <= maxDraining) return
    const [oldest] = this.#draining
    if (oldest === undefined) return
    this.#forget(oldest)
    oldest.abort()
  }

  #forget(controller: AbortController): void {
    this.#running.delete(controller)
    this.#draining.delete(controller)
  }

  /** What the library wants to send, and what is configured; that never leaves the server's own origin. */
  #headers(url: URL, init: RequestInit): Headers {
    const headers = new Headers(init.headers)
    if (url.origin !== this.#endpoint.url.origin) return headers
    for (const [name, value] of Object.entries(this.#endpoint.headers)) if (!headers.has(name)) headers.set(name, value)
    return headers
  }
}

interface WatchedRequest {
  readonly controller: AbortController
  readonly current: Delivery | undefined
  readonly isStream: boolean
}

/** Whether a request carries a message of MCP, and is not one of OAuth. */
function isMessage({ method, body }: RequestInit): boolean {
  return method === 'POST' && typeof body === 'string' && body.includes('"jsonrpc":"2.0"')
}

function notSent(cause: unknown): SessError {
  const reason = `the server could not be reached (${failureCode(cause) ?? 'no connection'})`
  return new SessError('MCP_NOT_CONNECTED', `Nothing was sent: ${reason}`, { reason }, { cause })
}

async function beginning(response: Response): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      if (text.length > maxRefusalBytes) break
    }
  } catch {
    // What came until then is enough: the status alone says most.
  }
  return text
}
