import { type Message, outsideResults, unansweredCalls } from '@sess/core'
import { type KeptMessage, type MessageKeeper, plainMessages } from './kept-messages.ts'
import { MessageBuffer } from './message-buffer.ts'

/** The messages of one chat: by seq, by id, and trimmed where a history may begin. */
export class ChatLog {
  readonly #messages: MessageBuffer
  readonly #keeper: MessageKeeper
  /** Seqs by id, or null while ids came in ascending order: then the messages are sorted by them, and need no index. */
  #seqs: Map<string, number> | null = null
  /** Twice the calls that are open before a message, plus one if it answers any; those where a history may begin have none. */
  #marks: Map<number, number> | null = null
  #openCalls = 0
  /** Seq of the newest message where a history may begin; it may be gone. */
  #lastBeginning: number

  constructor(firstSeq: number, keeper: MessageKeeper = plainMessages) {
    this.#keeper = keeper
    this.#messages = new MessageBuffer(firstSeq)
    this.#lastBeginning = firstSeq - 1
  }

  get firstSeq(): number {
    return this.#messages.firstSeq
  }

  get lastSeq(): number {
    return this.#messages.lastSeq
  }

  get length(): number {
    return this.#messages.length
  }

  get openCalls(): number {
    return this.#openCalls
  }

  range(from: number, to: number): Message[] {
    const kept = this.#messages.range(from, to)
    return this.#keeper === plainMessages ? (kept as Message[]) : kept.map(this.#keeper.read)
  }

  find(id: string): Message | undefined {
    const kept = this.#find(id)
    return kept === undefined ? undefined : this.#keeper.read(kept)
  }

  /** The form in which a message is kept; what it cannot be made of is refused before anything is written. */
  keep(message: Message): KeptMessage {
    return this.#keeper.keep(message)
  }

  #find(id: string): KeptMessage | undefined {
    if (this.#seqs !== null) {
      const seq = this.#seqs.get(id)
      return seq === undefined ? undefined : this.#messages.at(seq)
    }
    const { newest } = this.#messages
    return newest === undefined || id > newest.id ? undefined : this.#search(id)
  }

  /** Adds a message whose seq is the next one and whose id is new, in the form that `keep` made of it. */
  push(message: Message, kept: KeptMessage = this.keep(message)): void {
    const open = this.#openCalls
    let mark = open * 2
    if (typeof message.content !== 'string') {
      const results = outsideResults(message.content).length
      if (results > 0) mark++
      this.#openCalls = Math.max(0, open - results) + unansweredCalls(message.content).length
    }
    if (mark === 0) this.#lastBeginning = message.seq
    else {
      this.#marks ??= new Map()
      this.#marks.set(message.seq, mark)
    }
    const { newest } = this.#messages
    if (this.#seqs === null && newest !== undefined && message.id < newest.id) this.#indexIds()
    this.#seqs?.set(message.id, message.seq)
    this.#messages.push(kept)
  }

  /** Removes the messages after seq `last`. */
  dropAfter(last: number): void {
    while (this.lastSeq > last && this.length > 0) {
      this.#openCalls = (this.#marks?.get(this.lastSeq) ?? 0) >> 1
      this.#forget(this.#messages.dropNewest())
    }
    this.#lastBeginning = this.lastSeq
    while (this.#lastBeginning >= this.firstSeq && this.#marks?.has(this.#lastBeginning)) this.#lastBeginning--
  }

  /** Drops the oldest messages of a chat that keeps `maxMessages`, by the rule of `MessageLog`. */
  trim(maxMessages: number): void {
    if (this.length <= maxMessages) return
    const start = this.#historyStart(maxMessages)
    while (this.firstSeq < start) this.#forget(this.#messages.dropOldest())
  }

  /** Each message it looks at in vain is dropped then, so that looking costs no more than adding did. */
  #historyStart(maxMessages: number): number {
    const { lastSeq } = this
    const beginning = this.#lastBeginning
    let seq = lastSeq - maxMessages + 1
    if (beginning >= seq) {
      while (this.#marks?.has(seq)) seq++
      return seq
    }
    if (beginning >= this.firstSeq && lastSeq - beginning + 1 < 2 * maxMessages) return beginning
    while (seq <= lastSeq && ((this.#marks?.get(seq) ?? 0) & 1) === 1) seq++
    return seq
  }

  #forget(message: KeptMessage | undefined): void {
    if (message === undefined) return
    this.#seqs?.delete(message.id)
    this.#marks?.delete(message.seq)
  }

  #search(id: string): KeptMessage | undefined {
    let low = this.firstSeq
    let high = this.lastSeq + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if ((this.#messages.at(middle)?.id ?? '') < id) low = middle + 1
      else high = middle
    }
    const message = this.#messages.at(low)
    return message?.id === id ? message : undefined
  }

  /** Happens once, when the first id comes out of order; UUIDv7 of one process never do. */
  #indexIds(): void {
    this.#seqs = new Map()
    for (const { id, seq } of this.#messages.range(this.firstSeq, this.lastSeq + 1)) this.#seqs.set(id, seq)
  }
}
