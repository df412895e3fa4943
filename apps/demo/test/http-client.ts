import type { PageEvent } from '../src/web/routes/chats.ts'

/** Somebody who talks to the server without a page. */
export class HttpClient {
  readonly #url: string
  readonly #person: string

  constructor(url: string, person: string) {
    this.#url = url
    this.#person = person
  }

  async fetch(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return await fetch(new URL(`api${path}`, this.#url), {
      method,
      headers: { cookie: `sess-demo-person=${this.#person}`, 'content-type': 'application/json', ...headers },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    })
  }

  /** The answer as JSON. @throws an error with the problem if it is none of success. */
  async ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await this.fetch(method, path, body)
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as Answer
  }

  /** A new session with its first chat. @returns the paths of both. */
  async begin(name = 'Test'): Promise<{ readonly session: string; readonly chat: string }> {
    const { id } = await this.ask<{ id: string }>('POST', '/sessions', { name })
    const [chat] = await this.ask<{ id: string }[]>('GET', `/sessions/${id}/chats`)
    return { session: `/sessions/${id}`, chat: `/sessions/${id}/chats/${chat?.id}` }
  }

  /** What happens in a chat, until the loop is left. */
  async *events(chat: string): AsyncGenerator<PageEvent, void, undefined> {
    const leaving = new AbortController()
    try {
      const response = await fetch(new URL(`api${chat}/events`, this.#url), {
        headers: { cookie: `sess-demo-person=${this.#person}` },
        signal: leaving.signal,
      })
      if (response.body === null || !response.ok) throw new Error(`no events: ${response.status}`)
      let rest = ''
      for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
        const lines = `${rest}${piece}`.split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) if (line.startsWith('data: ')) yield JSON.parse(line.slice(6)) as PageEvent
      }
    } finally {
      leaving.abort()
    }
  }
}
