import type { KeptMessage } from './kept-messages.ts'

/** Messages in a chunk, a power of two. */
const chunkBits = 8
const chunkLength = 1 << chunkBits

/**
 * Messages by their dense seqs. Adding one at the end, dropping one at either end, and finding one cost the same at any
 * length.
 *
 * They lie in chunks rather than in one array: a long array is old to the garbage collector, which makes adding a new
 * message to it 2.6 × as slow as to a short one, and it has to be copied to grow.
 */
export class MessageBuffer {
  /** All but the last are full. What was dropped from the first one is undefined. */
  readonly #chunks: (KeptMessage | undefined)[][] = []
  /** Messages dropped from the first chunk. */
  #head = 0
  #firstSeq: number
  #length = 0

  constructor(firstSeq: number) {
    this.#firstSeq = firstSeq
  }

  get firstSeq(): number {
    return this.#firstSeq
  }

  get lastSeq(): number {
    return this.#firstSeq + this.#length - 1
  }

  get length(): number {
    return this.#length
  }

  get newest(): KeptMessage | undefined {
    return this.#length === 0 ? undefined : this.#chunks.at(-1)?.at(-1)
  }

  at(seq: number): KeptMessage | undefined {
    const index = seq - this.#firstSeq + this.#head
    return this.#chunks[index >> chunkBits]?.[index & (chunkLength - 1)]
  }

  /** A new list of the messages from seq `from` up to, but not including, seq `to`. */
  range(from: number, to: number): KeptMessage[] {
    const offset = this.#head - this.#firstSeq
    const start = Math.max(from, this.#firstSeq) + offset
    const end = Math.min(to, this.#firstSeq + this.#length) + offset
    if (start >= end) return []
    let page: (KeptMessage | undefined)[] = []
    for (let at = start >> chunkBits; at << chunkBits < end; at++) {
      const base = at << chunkBits
      const part = this.#chunks[at]?.slice(Math.max(start - base, 0), end - base) ?? []
      page = page.length === 0 ? part : page.concat(part)
    }
    // Only what was dropped is undefined, and that is before the start.
    return page as KeptMessage[]
  }

  /** Adds the message whose seq is the next one. */
  push(message: KeptMessage): void {
    const chunk = this.#chunks.at(-1)
    if (chunk === undefined || chunk.length === chunkLength) this.#chunks.push([message])
    else chunk.push(message)
    this.#length++
  }

  dropOldest(): KeptMessage | undefined {
    const chunk = this.#chunks[0]
    const message = chunk?.[this.#head]
    if (chunk === undefined || message === undefined) return undefined
    chunk[this.#head++] = undefined
    this.#firstSeq++
    this.#length--
    if (this.#head === chunk.length) {
      this.#chunks.shift()
      this.#head = 0
    }
    return message
  }

  dropNewest(): KeptMessage | undefined {
    if (this.#length === 0) return undefined
    const chunk = this.#chunks.at(-1)
    const message = chunk?.pop()
    this.#length--
    if (chunk?.length === 0 || this.#length === 0) this.#chunks.pop()
    if (this.#length === 0) this.#head = 0
    return message
  }
}
