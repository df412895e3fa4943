import type { Happening } from './happenings.ts'
import type { LiveEvent } from './views.ts'

/** What goes to a page over its stream of events. */
export type PageEvent = LiveEvent | Happening | { readonly type: 'beat' }

/** Events on their way to one page. For a slow one, pieces of text that wait become one. */
export class Outbox {
  readonly #events: PageEvent[] = []
  #wake: () => void = () => {}
  #closed = false

  put(event: PageEvent): void {
    const last = this.#events.at(-1)
    if (event.type === 'text' && last?.type === 'text')
      this.#events[this.#events.length - 1] = { type: 'text', text: last.text + event.text }
    else this.#events.push(event)
    this.#wake()
  }

  /** The loop ends, whatever is left. */
  close(): void {
    this.#closed = true
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<PageEvent, void, undefined> {
    while (!this.#closed) {
      const event = this.#events.shift()
      if (event !== undefined) yield event
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
    }
  }
}
