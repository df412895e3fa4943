import type { ChatEvent, ChatSnapshot } from './chat-event.ts'

/** Events that may wait for a reader; one that is slower gets a snapshot in their place. */
const maxWaiting = 256

/** What no snapshot says. */
const lasting: ReadonlySet<ChatEvent['type']> = new Set(['turn-ended', 'unavailable', 'available'])
const maxLasting = 16

/** Events on their way to one reader. */
export class EventQueue {
  readonly #snapshot: () => ChatSnapshot
  #events: ChatEvent[] = []
  /** What waits is void: the reader gets the chat as it is when it asks. */
  #isStale = true
  #end: { readonly error: unknown } | null = null
  #isClosed = false
  #wake: () => void = () => {}

  constructor(snapshot: () => ChatSnapshot) {
    this.#snapshot = snapshot
  }

  put(event: ChatEvent): void {
    if (this.#isStale && !lasting.has(event.type)) return
    const last = this.#events.at(-1)
    if ((event.type === 'text' || event.type === 'reasoning') && last?.type === event.type)
      this.#events[this.#events.length - 1] = { type: event.type, text: last.text + event.text }
    else this.#events.push(event)
    if (this.#events.length > maxWaiting) this.restart()
    this.#wake()
  }

  /** The reader gets a snapshot next. */
  restart(): void {
    this.#events = this.#events.filter(({ type }) => lasting.has(type)).slice(-maxLasting)
    this.#isStale = true
    this.#wake()
  }

  /** The reader gets what waits; then it is over, with an error if there is one. */
  end(error: unknown = null): void {
    this.#end ??= { error }
    this.#wake()
  }

  /** The reader gets nothing more. */
  close(): void {
    this.#isClosed = true
    this.#wake()
  }

  async *read(): AsyncGenerator<ChatEvent, void, undefined> {
    while (!this.#isClosed) {
      if (this.#isStale && this.#end === null) {
        this.#isStale = false
        yield this.#snapshot()
        continue
      }
      const event = this.#events.shift()
      if (event !== undefined) yield event
      else if (this.#end === null) await this.#arrival()
      else if (this.#end.error === null) return
      else throw this.#end.error
    }
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
