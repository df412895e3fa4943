/** What somebody else asks of whoever reads a stream, in order. */
export class Inbox<Item> {
  readonly #items: Item[] = []
  #arrived: (() => void) | null = null

  push(item: Item): void {
    this.#items.push(item)
    this.#arrived?.()
    this.#arrived = null
  }

  take(): Item | undefined {
    return this.#items.shift()
  }

  /** Resolves once there is something to take. For one reader. */
  arrival(): Promise<void> {
    if (this.#items.length > 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#arrived = resolve
    })
  }
}

/** The events of `source`, and what is put into `inbox` while it works on the next one: that comes first. */
export async function* withInbox<Event, Item>(
  source: AsyncGenerator<Event, void, undefined>,
  inbox: Inbox<Item>,
): AsyncGenerator<{ readonly event: Event } | { readonly item: Item }, void, undefined> {
  try {
    for (;;) {
      const next = source.next()
      // Looked at below; until then it must not count as unhandled.
      next.catch(() => {})
      const came = next.then(
        () => true,
        () => true,
      )
      for (let isHere = false; !isHere; ) {
        isHere = await Promise.race([came, inbox.arrival().then(() => false)])
        for (let item = inbox.take(); item !== undefined; item = inbox.take()) yield { item }
      }
      const { done, value } = await next
      if (done === true) return
      yield { event: value }
    }
  } finally {
    // Not awaited: the event that is under way may take for ever.
    void source.return().catch(() => {})
  }
}
