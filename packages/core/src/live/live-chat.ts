import { isSessError } from '../errors.ts'
import type { Message } from '../message.ts'
import type { ChatRef } from '../store/refs.ts'
import type { Store } from '../store/store.ts'
import type { ChatEvent, ChatSnapshot, LiveTurn } from './chat-event.ts'
import { EventQueue } from './event-queue.ts'
import { isSameRecord, readChat, type Seen, shownMessages } from './seen-chat.ts'

/** Codes of errors that are the end of a chat for whoever watches it. */
const ends: ReadonlySet<string> = new Set(['CHAT_NOT_FOUND', 'SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'CLOSED'])

/**
 * One chat as those see it who watch it in this process. What happens through this manager it is told; what others do it finds by looking
 * at the store every `intervalMs`.
 */
export class LiveChat {
  readonly ref: ChatRef
  readonly #store: Store
  readonly #intervalMs: number
  readonly #turn: () => LiveTurn | null
  readonly #queues = new Set<EventQueue>()
  #seen: Seen | null = null
  /**
   * Seq of the newest message when the store was last looked at. It and those that were told of since are read again by the next look: another one
   * in the place of one of them tells of a rewind elsewhere.
   */
  #anchor: number | undefined
  /** Grows with all that is told: what was read before that may be older. */
  #told = 0
  #loading: Promise<Seen> | null = null
  #looking: Promise<void> | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #isUnavailable = false

  constructor(ref: ChatRef, store: Store, intervalMs: number, turn: () => LiveTurn | null) {
    this.ref = ref
    this.#store = store
    this.#intervalMs = intervalMs
    this.#turn = turn
  }

  get isWatched(): boolean {
    return this.#queues.size > 0
  }

  /** Adds a reader; its first event is a snapshot. @throws {@link SessError} what reading the chat throws. */
  async join(): Promise<EventQueue> {
    const queue = new EventQueue(() => this.#snapshot())
    this.#queues.add(queue)
    try {
      if (this.#seen === null) await this.#load()
      else await this.look()
      this.#schedule()
      return queue
    } catch (error) {
      this.leave(queue)
      throw error
    }
  }

  leave(queue: EventQueue): void {
    queue.close()
    this.#queues.delete(queue)
    if (!this.isWatched) clearTimeout(this.#timer)
  }

  /** The end for all who watch, after what they have still to be told. */
  end(error?: unknown): void {
    for (const queue of this.#queues) queue.end(error)
    this.#queues.clear()
    clearTimeout(this.#timer)
  }

  /** Tells all who watch. */
  tell(event: ChatEvent): void {
    for (const queue of this.#queues) queue.put(event)
  }

  /** A turn of this process is over. What was read before still says that it runs. */
  turnEnded(event: Extract<ChatEvent, { readonly type: 'turn-ended' }>): void {
    this.#told++
    this.tell(event)
  }

  /** A message was added, through this manager or found in the store. */
  take(message: Message): void {
    this.#told++
    const seen = this.#seen
    if (seen === null) return
    const last = seen.messages.at(-1)?.seq ?? seen.chat.firstSeq - 1
    if (message.seq <= last) return
    // Others have written in between, and the store knows what.
    if (message.seq > last + 1) return void this.look()
    this.#seen = { ...seen, messages: [...seen.messages, message].slice(-shownMessages) }
    this.tell({ type: 'message', message })
  }

  /** All messages after `keepThrough` are gone. */
  rewind(keepThrough: number): void {
    this.#told++
    const seen = this.#seen
    if (seen === null) return
    const messages = seen.messages.filter(({ seq }) => seq <= keepThrough)
    if (messages.length === seen.messages.length) return
    this.#show({ ...seen, messages })
    this.#restart()
    // There may be older ones than those that were known.
    if (messages.length === 0) void this.look()
  }

  /** Something else has changed that the store knows. */
  changed(): void {
    this.#told++
    void this.look()
  }

  /** Asks the store what is new. Never rejects: errors are told. */
  async look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null
    })
    await this.#looking
  }

  async #load(): Promise<void> {
    const told = this.#told
    this.#loading ??= readChat(this.#store, this.ref).finally(() => {
      this.#loading = null
    })
    const read = await this.#loading
    if (this.#seen === null) this.#show(read)
    if (told !== this.#told) await this.look()
  }

  async #look(): Promise<void> {
    try {
      // What was told meanwhile may be newer than what was read; then it is read again, a few times, and else by the next look.
      for (let tries = 1; tries <= 3; tries++) {
        const seen = this.#seen
        if (seen === null) return
        const told = this.#told
        const found = await readChat(this.#store, this.ref, this.#anchor === undefined ? undefined : this.#anchor - 1)
        if (told !== this.#told) continue
        await this.#compare(seen, found)
        break
      }
      if (this.#isUnavailable) this.tell({ type: 'available' })
      this.#isUnavailable = false
    } catch (error) {
      this.#fail(error)
    }
  }

  async #compare(seen: Seen, found: Seen): Promise<void> {
    const known = seen.messages.filter(({ seq }) => seq >= (this.#anchor ?? 0))
    const isSame = known.every(({ seq, id }, index) => {
      return found.messages[index]?.seq === seq && found.messages[index]?.id === id
    })
    const isWhole = this.#anchor !== undefined || found.messages.length === known.length
    if (!isSame || !isWhole || found.messages.length > shownMessages) {
      const read = this.#anchor === undefined ? found : await readChat(this.#store, this.ref)
      this.#show(read)
      return this.#restart()
    }
    this.#show({ ...found, messages: seen.messages })
    this.#anchor = found.messages.at(-1)?.seq
    for (const message of found.messages) this.take(message)
    if (!isSameRecord(seen, found)) this.tell({ type: 'changed', session: found.session, chat: found.chat })
  }

  #show(seen: Seen): void {
    this.#seen = seen
    this.#anchor = seen.messages.at(-1)?.seq
  }

  #fail(error: unknown): void {
    if (isSessError(error) && ends.has(error.code)) {
      this.end(error)
    } else {
      if (!this.#isUnavailable) this.tell({ type: 'unavailable', error })
      this.#isUnavailable = true
    }
  }

  #restart(): void {
    for (const queue of this.#queues) queue.restart()
  }

  #snapshot(): ChatSnapshot {
    if (this.#seen === null) throw new Error('a chat was shown before it was read')
    return { type: 'snapshot', ...this.#seen, turn: this.#turn() }
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    if (!this.isWatched) return
    this.#timer = setTimeout(() => void this.look().then(() => this.#schedule()), this.#intervalMs)
  }
}
