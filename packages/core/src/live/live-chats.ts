import type { EventHub, SessEventName, SessEvents } from '../events.ts'
import type { ChatRef } from '../store/refs.ts'
import type { Store } from '../store/store.ts'
import type { ChatEvent, LiveTurn } from './chat-event.ts'
import { LiveChat } from './live-chat.ts'

/** The chats of a manager that are watched, and the answers that it writes. */
export class LiveChats {
  readonly #store: Store
  readonly #hub: EventHub
  readonly #intervalMs: number
  readonly #chats = new Map<string, LiveChat>()
  readonly #turns = new Map<string, () => LiveTurn>()
  #stopListening: (() => void) | null = null
  #isClosed = false

  constructor(store: Store, hub: EventHub, intervalMs: number) {
    this.#store = store
    this.#hub = hub
    this.#intervalMs = intervalMs
  }

  /** What happens in a chat, until the signal aborts, the reader leaves, or the manager is closed. */
  async *watch(ref: ChatRef, signal: AbortSignal | undefined): AsyncGenerator<ChatEvent, void, undefined> {
    if (this.#isClosed) return
    const live = this.#of(ref)
    const queue = await live.join().catch((error: unknown) => {
      this.#tidy(live)
      throw error
    })
    const leave = (): void => queue.close()
    signal?.addEventListener('abort', leave, { once: true })
    if (signal?.aborted === true) leave()
    try {
      yield* queue.read()
    } finally {
      signal?.removeEventListener('abort', leave)
      live.leave(queue)
      this.#tidy(live)
    }
  }

  /** An answer begins; `turn` says how far it has got. */
  begin(ref: ChatRef, turn: () => LiveTurn): void {
    this.#turns.set(ref.id, turn)
  }

  /** The agent has said a piece of its answer. */
  say(ref: ChatRef, type: 'text' | 'reasoning', text: string): void {
    this.#chats.get(ref.id)?.tell({ type, text })
  }

  /** The answer is over. */
  end(ref: ChatRef): void {
    this.#turns.delete(ref.id)
  }

  close(): void {
    this.#isClosed = true
    for (const live of [...this.#chats.values()]) {
      live.end()
      this.#tidy(live)
    }
  }

  /** Handles are got through their owner, and what is shown is read for that owner. */
  #of(ref: ChatRef): LiveChat {
    const known = this.#chats.get(ref.id)
    if (known !== undefined) return known
    const live = new LiveChat(ref, this.#store, this.#intervalMs, () => this.#turns.get(ref.id)?.() ?? null)
    this.#chats.set(ref.id, live)
    this.#stopListening ??= this.#listen()
    return live
  }

  #tidy(live: LiveChat): void {
    if (live.isWatched) return
    if (this.#chats.get(live.ref.id) === live) this.#chats.delete(live.ref.id)
    if (this.#chats.size > 0) return
    this.#stopListening?.()
    this.#stopListening = null
  }

  #listen(): () => void {
    const on = <Name extends SessEventName>(name: Name, take: (event: SessEvents[Name]) => void): (() => void) =>
      this.#hub.on(name, take)
    const at = ({ chatId }: { readonly chatId: string }): LiveChat | undefined => this.#chats.get(chatId)
    const stops = [
      on('message-added', (event) => at(event)?.take(event.message)),
      on('chat-rewound', (event) => at(event)?.rewind(event.keepThrough)),
      on('turn-started', (event) => at(event)?.tell({ type: 'turn-started', turnId: event.turnId })),
      on('turn-ended', (event) => {
        const { turnId, outcome, error } = event
        at(event)?.turnEnded({ type: 'turn-ended', turnId, outcome, error })
      }),
      ...(['chat-updated', 'chat-repaired', 'chat-deleted'] as const).map((name) =>
        on(name, (event) => at(event)?.changed()),
      ),
      ...sessionEvents.map((name) => on(name, ({ session }) => this.#sessionChanged(session.id))),
      on('session-deleted', ({ sessionId }) => this.#sessionChanged(sessionId)),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }

  #sessionChanged(sessionId: string): void {
    for (const live of this.#chats.values()) if (live.ref.session.id === sessionId) live.changed()
  }
}

const sessionEvents = [
  ...(['session-updated', 'session-paused', 'session-resumed', 'session-archived', 'session-restored'] as const),
  ...(['session-closed', 'session-expired', 'prompt-refreshed'] as const),
] satisfies readonly SessEventName[]
