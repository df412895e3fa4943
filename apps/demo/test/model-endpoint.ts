import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as the endpoint got it. */
interface ModelRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: {
    readonly model: string
    readonly stream: boolean
    readonly stream_options?: { readonly include_usage?: boolean }
    readonly temperature?: number
    readonly messages: readonly Record<string, unknown>[]
    readonly tools?: readonly unknown[]
  }
}

/** A loopback server that speaks the streaming part of OpenAI's chat completions. */
export interface ModelEndpoint extends AsyncDisposable {
  readonly baseUrl: string
  readonly requests: readonly ModelRequest[]
  /** Resolves when the next connection is cut by the client before its answer was whole. */
  readonly cut: Promise<void>
}

/** Writes one answer. What it leaves open stays open. */
export type Script = (answer: Answer, request: ModelRequest) => void | Promise<void>

/** Starts an endpoint that answers its requests by the scripts, in order; the last one goes on. */
export async function modelEndpoint(...scripts: readonly Script[]): Promise<ModelEndpoint> {
  const requests: ModelRequest[] = []
  let tellCut: () => void = () => {}
  const cut = new Promise<void>((resolve) => {
    tellCut = resolve
  })
  const server = createServer(async (request, response) => {
    response.once('close', () => {
      if (!response.writableFinished) tellCut()
    })
    let text = ''
    for await (const chunk of request) text += chunk
    const known = { path: request.url ?? '', headers: request.headers, body: JSON.parse(text) }
    const script = scripts[Math.min(requests.length, scripts.length - 1)]
    requests.push(known)
    await script?.(new Answer(response, known.body.stream_options?.include_usage === true), known)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    cut,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The answer to one request, as server-sent events. */
class Answer {
  readonly #response: ServerResponse
  /** As real endpoints do: only where it was asked for. */
  readonly #countsTokens: boolean

  constructor(response: ServerResponse, countsTokens: boolean) {
    this.#response = response
    this.#countsTokens = countsTokens
  }

  text(...pieces: readonly string[]): this {
    for (const content of pieces) this.#chunk({ choices: [{ index: 0, delta: { role: 'assistant', content } }] })
    return this
  }

  reasoning(text: string): this {
    return this.#chunk({ choices: [{ index: 0, delta: { reasoning_content: text } }] })
  }

  call(id: string, name: string, input: unknown, index = 0): this {
    const call = { index, id, type: 'function', function: { name, arguments: JSON.stringify(input) } }
    return this.#chunk({ choices: [{ index: 0, delta: { role: 'assistant', tool_calls: [call] } }] })
  }

  end(reason = 'stop', usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 }): void {
    this.#chunk({ choices: [{ index: 0, delta: {}, finish_reason: reason }] })
    if (this.#countsTokens) this.#chunk({ choices: [], usage })
    this.#response.end('data: [DONE]\n\n')
  }

  /** Ends the stream as if that had been all. */
  stop(): void {
    this.#response.end()
  }

  /** Cuts the connection. */
  hangUp(): void {
    this.#response.destroy()
  }

  refuse(status: number, message: string): void {
    this.#response.writeHead(status, { 'content-type': 'application/json' })
    this.#response.end(JSON.stringify({ error: { message, type: 'error', code: null } }))
  }

  #chunk(fields: object): this {
    if (!this.#response.headersSent) this.#response.writeHead(200, { 'content-type': 'text/event-stream' })
    const head = { id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'test' }
    this.#response.write(`data: ${JSON.stringify({ ...head, ...fields })}\n\n`)
    return this
  }
}
