import type { Chat, Message, MessageInput, Session, StreamEvent } from '@sess/core'
import { problemOf } from './problem.ts'
import { type Answering, type LiveEvent, sessionView } from './views.ts'

type Listener = (event: LiveEvent) => void

/** Messages a page gets at once; older ones it asks for. */
const windowSize = 50
/** How often the store is asked what other processes did. */
const pollMs = 700

/**
 * One chat as all pages of this process see it. Answers are written here, not in a request: they go on when a page is closed, and one that
 * comes back gets what there is and what follows. What other processes write is found by asking the store for what is new.
 */
export class LiveChat {
  readonly #session: Session
  readonly #chat: Chat
  readonly #onIdle: () => void
  readonly #listeners = new Set<Listener>()
  /** The newest messages, as the listeners know them. */
  #tail: readonly Message[] = []
  #answering: Answering | null = null
  /** Answers that are being written, and calls under way: while there are any, this is the chat's one and only. */
  #uses = 0
  #loading: Promise<void> | null = null
  #epoch = 0
  #timer: NodeJS.Timeout | null = null
  #polling = false
  #troubled = false
  #told = ''

  constructor(session: Session, chat: Chat, onIdle: () => void) {
    this.#session = session
    this.#chat = chat
    this.#onIdle = onIdle
  }

  /** Tells a listener the snapshot, and then all that happens. @returns what removes it. */
  async listen(listener: Listener): Promise<() => void> {
    this.#uses++
    try {
      await this.catchUp()
      this.#listeners.add(listener)
      listener(this.#snapshot())
      this.#timer ??= setInterval(() => void this.#poll(), pollMs)
    } finally {
      this.#uses--
      this.#rest()
    }
    return () => {
      this.#listeners.delete(listener)
      this.#rest()
    }
  }

  /**
   * Sends a message, and lets the answer come by itself. Resolves when the message is kept.
   *
   * @throws what refuses the message. What the answer fails with is told to the listeners.
   */
  async answer(message: MessageInput): Promise<Message> {
    this.#uses++
    const events = this.#chat.streamMessage(message)
    try {
      const { value: first } = await events.next()
      if (first?.type === 'turn-started') {
        void this.#follow(events, first.turnId)
        await this.#take(first.message)
        return first.message
      }
      await events.return()
      if (first?.type === 'done') return first.reply.input
      throw new Error('a turn began with neither a message nor an answer')
    } finally {
      this.#uses--
      this.#rest()
    }
  }

  /** Tells the listeners what is new in the store. */
  async catchUp(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null
    })
    await this.#loading
  }

  /** What was read is no longer true: a rewind took messages away. */
  async reload(): Promise<void> {
    const epoch = ++this.#epoch
    const messages = await this.#chat.getMessages({ limit: windowSize })
    if (epoch !== this.#epoch || (messages.length === 0 && this.#tail.length === 0)) return
    this.#tail = messages
    this.#tell(this.#snapshot())
  }

  async #follow(events: AsyncGenerator<StreamEvent, void, undefined>, turnId: string): Promise<void> {
    this.#uses++
    this.#answering = { turnId, text: '', reasoning: '' }
    this.#tell({ type: 'started', answering: this.#answering })
    let problem: ReturnType<typeof problemOf> | null = null
    try {
      for await (const event of events) {
        if (event.type === 'message') await this.#take(event.message)
        else if (event.type === 'text' || event.type === 'reasoning') this.#say(turnId, event)
      }
    } catch (error) {
      problem = problemOf(error)
    }
    if (this.#answering?.turnId === turnId) this.#answering = null
    // What was said until an answer was cut short is in the store, and no event told of it.
    if (problem !== null) await this.catchUp().catch(() => {})
    this.#tell({ type: 'ended', turnId, problem })
    this.#uses--
    this.#rest()
  }

  #say(turnId: string, { type, text }: { readonly type: 'text' | 'reasoning'; readonly text: string }): void {
    const answering = this.#answering
    if (answering?.turnId !== turnId) return
    this.#answering = { ...answering, [type]: answering[type] + text }
    this.#tell({ type, text })
  }

  async #take(message: Message): Promise<void> {
    const last = this.#tail.at(-1)
    if (last === undefined || message.seq <= last.seq + 1) this.#append(message)
    // Others have written in between, and the store knows the order. If it fails, the answer goes on, and the next poll makes up for it.
    else await this.catchUp().catch(() => {})
  }

  #append(message: Message): void {
    const last = this.#tail.at(-1)
    if (last !== undefined && message.seq <= last.seq) return
    this.#tail = [...this.#tail, message].slice(-windowSize)
    // The message says what was written until now.
    if (message.role === 'assistant' && this.#answering !== null)
      this.#answering = { ...this.#answering, text: '', reasoning: '' }
    this.#tell({ type: 'message', message })
  }

  async #load(): Promise<void> {
    const last = this.#tail.at(-1)
    if (last === undefined) return await this.reload()
    const epoch = this.#epoch
    // The last known one is read again: another one in its place tells of a rewind.
    const found = await this.#chat.getMessages({ after: last.seq - 1, limit: windowSize + 1 })
    if (epoch !== this.#epoch) return
    if (found[0]?.id !== last.id || found.length > windowSize) return await this.reload()
    for (const message of found.slice(1)) this.#append(message)
  }

  async #poll(): Promise<void> {
    // A store that is slow or gone is not asked once more for each time it has not answered.
    if (this.#polling) return
    this.#polling = true
    try {
      await this.catchUp()
      await this.#session.refresh()
      const session = sessionView(this.#session)
      const told = JSON.stringify(session)
      if (told !== this.#told) this.#tell({ type: 'session', session, now: Date.now() })
      this.#told = told
      if (this.#troubled) this.#tell({ type: 'trouble', problem: null })
      this.#troubled = false
    } catch (error) {
      if (!this.#troubled) this.#tell({ type: 'trouble', problem: problemOf(error) })
      this.#troubled = true
    } finally {
      this.#polling = false
    }
  }

  #snapshot(): LiveEvent {
    return { type: 'snapshot', messages: this.#tail, answering: this.#answering }
  }

  #tell(event: LiveEvent): void {
    for (const listener of [...this.#listeners]) listener(event)
  }

  /** Without listeners and answers there is nothing to know. */
  #rest(): void {
    if (this.#listeners.size > 0) return
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    if (this.#uses === 0) this.#onIdle()
  }
}
