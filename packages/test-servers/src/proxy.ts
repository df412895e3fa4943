import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { type Direction, healthy, type ProxyFaults, ProxyLink } from './proxy-link.ts'

export interface ProxyCounters {
  /** Connections taken from clients, the refused ones included. */
  readonly connections: number
  readonly liveConnections: number
  /** Bytes that came in from clients, and from the server, passed on or not. */
  readonly requestBytes: number
  readonly replyBytes: number
  /** How often {@link TcpProxy.dropNextReply} has struck. */
  readonly droppedReplies: number
}

/** Puts a proxy on loopback in front of a server: a port of this machine, or a URL. */
export async function proxy(target: number | string): Promise<TcpProxy> {
  const url = new URL(typeof target === 'number' ? `tcp://127.0.0.1:${target}` : target)
  if (url.port === '') throw new Error('The URL of the target has to name its port.')
  const listener = createServer({ allowHalfOpen: true, noDelay: true })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return new TcpProxy(listener, url)
}

/**
 * A TCP proxy that fails on command. Faults hold for all its connections, live and new, until {@link TcpProxy.heal}.
 */
export class TcpProxy {
  readonly port: number
  /** The target's URL with the proxy in it. */
  readonly url: string
  readonly #listener: Server
  readonly #links = new Set<ProxyLink>()
  readonly #faults: ProxyFaults = healthy()
  readonly #counters = { connections: 0, requestBytes: 0, replyBytes: 0, droppedReplies: 0 }

  constructor(listener: Server, target: URL) {
    const address = listener.address()
    if (address === null || typeof address === 'string') throw new Error('The proxy does not listen.')
    this.port = address.port
    const url = new URL(target)
    url.hostname = '127.0.0.1'
    url.port = `${address.port}`
    this.url = url.href
    this.#listener = listener
    listener.on('connection', (client) => this.#accept(client, target))
  }

  get counters(): ProxyCounters {
    return { ...this.#counters, liveConnections: this.#links.size }
  }

  /** Every piece comes this much later, in order. */
  delay(ms: number, direction?: Direction): void {
    for (const one of directions(direction)) this.#faults[one].delayMs = ms
  }

  /** Takes everything and passes nothing on. Connections are accepted and stay open. */
  blackHole(direction?: Direction): void {
    for (const one of directions(direction)) this.#faults[one].swallow = true
  }

  /** Answers new connections with RST. Live ones go on; see {@link TcpProxy.reset}. */
  refuse(): void {
    this.#faults.refuse = true
  }

  /** Ends all live connections with RST, on the server's side too. */
  reset(): void {
    for (const link of this.#links) link.reset()
  }

  /**
   * Passes this many more bytes on, of all connections together, then breaks the connection that had more. Happens once.
   * Its client reads what was passed on before it sees the end or the reset; which of the two, the system decides.
   */
  cutAfter(bytes: number, direction: Direction = 'reply'): void {
    this.#faults[direction].bytesUntilCut = bytes
  }

  /**
   * Passes the next request on to the server, and resets the connection when the reply arrives: the server has done what
   * was asked, and the client never learns it. Happens once.
   *
   * @param when picks the request by its bytes, as they come from the socket. @default the first of all
   */
  dropNextReply(when: (request: Buffer) => boolean = () => true): void {
    this.#faults.dropReplyTo = when
  }

  /** Takes all faults back. What was swallowed stays lost. */
  heal(): void {
    Object.assign(this.#faults, healthy())
  }

  /** Resets what is live and gives the port back. */
  async close(): Promise<void> {
    this.reset()
    if (!this.#listener.listening) return
    this.#listener.close()
    await once(this.#listener, 'close')
  }

  #accept(client: Socket, target: URL): void {
    this.#counters.connections += 1
    if (this.#faults.refuse) {
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    const host = target.hostname.replace(/^\[|\]$/g, '')
    const server = connect({ host, port: Number(target.port), allowHalfOpen: true, noDelay: true })
    const link = new ProxyLink(client, server, this.#faults, this.#counters)
    this.#links.add(link)
    link.onClose(() => this.#links.delete(link))
  }
}

function directions(direction: Direction | undefined): readonly Direction[] {
  return direction === undefined ? ['request', 'reply'] : [direction]
}
