import type { Socket } from 'node:net'

/** From the client to the server, or from the server to the client. */
export type Direction = 'request' | 'reply'

/** What goes wrong at the moment; shared by all connections of a proxy. */
export interface ProxyFaults {
  readonly request: DirectionFaults
  readonly reply: DirectionFaults
  refuse: boolean
  dropReplyTo: ((request: Buffer) => boolean) | undefined
}

interface DirectionFaults {
  delayMs: number
  swallow: boolean
  bytesUntilCut: number
}

interface LinkCounters {
  requestBytes: number
  replyBytes: number
  droppedReplies: number
}

export function healthy(): ProxyFaults {
  return { request: passing(), reply: passing(), refuse: false, dropReplyTo: undefined }
}

/** A client's connection, and the one to the server that belongs to it. */
export class ProxyLink {
  readonly #client: Socket
  readonly #server: Socket
  readonly #faults: ProxyFaults
  readonly #counters: LinkCounters
  #awaitsDrop = false

  constructor(client: Socket, server: Socket, faults: ProxyFaults, counters: LinkCounters) {
    this.#client = client
    this.#server = server
    this.#faults = faults
    this.#counters = counters
    for (const socket of [client, server]) socket.on('error', () => this.reset())
    this.#pass('request', client, server)
    this.#pass('reply', server, client)
  }

  onClose(listener: () => void): void {
    for (const socket of [this.#client, this.#server]) {
      socket.once('close', () => {
        if (this.#client.closed && this.#server.closed) listener()
      })
    }
  }

  /** Ends both connections with RST. */
  reset(): void {
    this.#client.resetAndDestroy()
    this.#server.resetAndDestroy()
  }

  #pass(direction: Direction, from: Socket, to: Socket): void {
    const inOrder = delayed(() => this.#faults[direction].delayMs)
    from.on('data', (bytes) => {
      this.#counters[`${direction}Bytes`] += bytes.length
      inOrder(() => {
        if (this.#strikes(direction, bytes) || to.write(bytes)) return
        from.pause()
        to.once('drain', () => from.resume())
      })
    })
    from.on('end', () => {
      inOrder(() => {
        if (!this.#faults[direction].swallow) to.end()
      })
    })
  }

  /** Lets the faults have a piece that is about to be passed on. Returns whether one has taken it. */
  #strikes(direction: Direction, bytes: Buffer): boolean {
    const fault = this.#faults[direction]
    if (direction === 'reply' && this.#awaitsDrop) {
      this.#counters.droppedReplies += 1
      this.#leave()
      return true
    }
    if (direction === 'request' && this.#faults.dropReplyTo?.(bytes)) {
      this.#faults.dropReplyTo = undefined
      this.#awaitsDrop = true
    }
    if (fault.swallow) return true
    if (bytes.length <= fault.bytesUntilCut) {
      fault.bytesUntilCut -= bytes.length
      return false
    }
    const to = direction === 'request' ? this.#server : this.#client
    to.write(bytes.subarray(0, fault.bytesUntilCut), () => this.#leave())
    fault.bytesUntilCut = Number.POSITIVE_INFINITY
    return true
  }

  /** RST for the client, an orderly end for the server: it reads what it was sent, which RST would take from it. */
  #leave(): void {
    this.#awaitsDrop = false
    this.#server.removeAllListeners('data').resume()
    this.#client.resetAndDestroy()
    this.#server.end()
  }
}

function passing(): DirectionFaults {
  return { delayMs: 0, swallow: false, bytesUntilCut: Number.POSITIVE_INFINITY }
}

/** Runs actions after the delay of the moment, always in the order they came in. */
function delayed(delayMs: () => number): (act: () => void) => void {
  let waiting = 0
  let last = Promise.resolve()
  return (act) => {
    if (waiting === 0 && delayMs() === 0) {
      act()
      return
    }
    waiting += 1
    const due = new Promise((resolve) => setTimeout(resolve, delayMs()))
    last = last
      .then(() => due)
      .then(() => {
        waiting -= 1
        act()
      })
  }
}
