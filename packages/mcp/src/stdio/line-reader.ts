export interface LineReaderOptions {
  readonly maxLineBytes: number
  /** A whole line, without its end. Not empty. */
  readonly onLine: (line: Buffer) => void
  /** A line was longer than allowed. Called once for it, with what it begins with; the rest of it is dropped. */
  readonly onTooLong: (head: Buffer) => void
}

/** Cuts what a program writes into lines, and keeps no more of them than one line may have. */
export class LineReader {
  readonly #options: LineReaderOptions
  #parts: Buffer[] = []
  #bytes = 0
  #skipping = false

  constructor(options: LineReaderOptions) {
    this.#options = options
  }

  push(chunk: Buffer): void {
    let start = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      this.#add(chunk.subarray(start, end))
      this.#endLine()
      start = end + 1
    }
    this.#add(chunk.subarray(start))
  }

  #add(part: Buffer): void {
    if (this.#skipping || part.length === 0) return
    this.#parts.push(part)
    this.#bytes += part.length
    if (this.#bytes <= this.#options.maxLineBytes) return
    this.#skipping = true
    this.#options.onTooLong(this.#take())
  }

  #endLine(): void {
    if (this.#skipping) this.#skipping = false
    else {
      const line = this.#take()
      const whole = line.at(-1) === 13 ? line.subarray(0, -1) : line
      if (whole.length > 0) this.#options.onLine(whole)
    }
  }

  #take(): Buffer {
    const [only] = this.#parts
    const line = this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts)
    this.#parts = []
    this.#bytes = 0
    return line
  }
}
