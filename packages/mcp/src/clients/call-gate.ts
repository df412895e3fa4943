import type { McpLimits } from '../hub-options.ts'
import { mcpError } from '../mcp-error.ts'

interface Waiting {
  readonly server: string
  readonly enter: () => void
}

/** Lets so many calls of a session run at a time, in all and at each server; the rest wait in turn, and too many are refused. */
export class CallGate {
  readonly #limits: McpLimits
  readonly #running = new Map<string, number>()
  readonly #waiting = new Set<Waiting>()
  #total = 0

  constructor(limits: McpLimits) {
    this.#limits = limits
  }

  /**
   * Waits for a place. Whoever has one gives it back with the function that it resolves to.
   *
   * @throws {@link SessError} `MCP_BUSY` if too many wait already, or if there was no place for `timeoutMs`. Nothing was sent.
   */
  async enter(server: string, timeoutMs: number, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted()
    if (!this.#hasPlace(server)) await this.#turn(server, timeoutMs, signal)
    else this.#take(server)
    let left = false
    return () => {
      if (left) return
      left = true
      this.#total--
      this.#running.set(server, (this.#running.get(server) ?? 1) - 1)
      this.#letIn()
    }
  }

  #hasPlace(server: string): boolean {
    return this.#total < this.#limits.callsPerSession && (this.#running.get(server) ?? 0) < this.#limits.callsPerServer
  }

  #take(server: string): void {
    this.#total++
    this.#running.set(server, (this.#running.get(server) ?? 0) + 1)
  }

  #letIn(): void {
    // A server that is full keeps nobody from going to another one.
    for (const waiting of this.#waiting) {
      if (!this.#hasPlace(waiting.server)) continue
      this.#waiting.delete(waiting)
      this.#take(waiting.server)
      waiting.enter()
    }
  }

  #turn(server: string, timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#waiting.size >= this.#limits.queuedCalls)
      return Promise.reject(mcpError('MCP_BUSY', server, 'too many calls wait already'))
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        this.#waiting.delete(waiting)
      }
      const onAbort = (): void => {
        done()
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        done()
        reject(mcpError('MCP_BUSY', server, 'other calls took too long'))
      }, timeoutMs)
      const waiting: Waiting = {
        server,
        enter: () => {
          done()
          resolve()
        },
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiting.add(waiting)
    })
  }
}
