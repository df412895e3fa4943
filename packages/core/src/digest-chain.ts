/** Text is hashed in blocks of at least so many UTF-16 units, so that a long file costs few calls. */
const blockLength = 65_536

/**
 * A digest over lines that come one by one, in bounded memory: each block of lines is hashed together with the digest of
 * all before it (SHA-256). Any change, loss or exchange of lines changes the end.
 */
export class DigestChain {
  #digest: Uint8Array<ArrayBuffer> = new Uint8Array(32)
  #block = ''

  async add(line: string): Promise<void> {
    this.#block += line
    if (this.#block.length >= blockLength) await this.#hash()
  }

  /** The digest of all lines so far, in hex. */
  async end(): Promise<string> {
    await this.#hash()
    return Array.from(this.#digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  }

  async #hash(): Promise<void> {
    const text = new TextEncoder().encode(this.#block)
    const input = new Uint8Array(this.#digest.length + text.length)
    input.set(this.#digest)
    input.set(text, this.#digest.length)
    this.#block = ''
    this.#digest = new Uint8Array(await crypto.subtle.digest('SHA-256', input))
  }
}
