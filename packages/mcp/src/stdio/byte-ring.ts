/** Keeps the last bytes of a stream, and counts them all. */
export class ByteRing {
  readonly #maxBytes: number
  #parts: Buffer[] = []
  #keptBytes = 0
  #totalBytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** All that was ever written, kept or not. */
  get totalBytes(): number {
    return this.#totalBytes
  }

  push(chunk: Buffer): void {
    this.#totalBytes += chunk.length
    this.#keptBytes += chunk.length
    this.#parts.push(chunk)
    // Parts are merged only when there is twice too much: a flood of small writes is copied once, not once a write.
    if (this.#keptBytes > 2 * this.#maxBytes || this.#parts.length > 1_000) this.#merge()
  }

  text(): string {
    this.#merge()
    return this.#parts[0]?.toString('utf8') ?? ''
  }

  #merge(): void {
    // A copy, so that a small tail does not keep a large chunk alive.
    const kept = Buffer.from(Buffer.concat(this.#parts).subarray(-this.#maxBytes))
    this.#parts = [kept]
    this.#keptBytes = kept.length
  }
}
