import { orAbort } from '@sess/core'
import type { ConnectionEnd, McpConnection } from '../driver/mcp-driver.ts'
import { mcpError } from '../mcp-error.ts'
import { settlesWithin } from '../settles-within.ts'
import { failureOf, isLasting } from './client-failure.ts'
import type { ClientHost, Connected } from './client-host.ts'
import type { ClientFailure, ClientState } from './client-state.ts'
import { answersPing, openConnection } from './open-connection.ts'
import { pause } from './pause.ts'
import { healthyMs, maxFailures, reconnectDelayMs } from './reconnect-delay.ts'

/** A connection without use for so long is asked whether it is alive: a call that is sent into nothing has an unknown outcome. */
const doubtfulMs = 30_000

/**
 * The client of one server of one session in this process: connects when it is used, once for all who wait; again when the connection
 * is lost; not for ever; and never after it was closed.
 */
export class ServerClient {
  readonly #id: string
  readonly #host: ClientHost
  readonly #closing = new AbortController()
  #state: ClientState = 'configured'
  #generation = 0
  #connected: Connected | null = null
  #connectedAt = 0
  #attempt: Promise<Connected> | null = null
  #stopAttempt: AbortController | null = null
  #failures = 0
  #error: unknown = null
  #retryAt = 0
  #users = 0
  #usedAt = 0
  #idleTimer: ReturnType<typeof setTimeout> | undefined
  #closed: Promise<boolean> | null = null

  constructor(id: string, host: ClientHost) {
    this.#id = id
    this.#host = host
  }

  get state(): ClientState {
    return this.#state
  }

  get generation(): number {
    return this.#generation
  }

  get connection(): McpConnection | null {
    return this.#connected?.connection ?? null
  }

  /** Why it is not connected, null if there is nothing to be said. */
  get failure(): ClientFailure | null {
    return this.#state === 'failed' || this.#state === 'reconnecting' ? failureOf(this.#error) : null
  }

  /**
   * Uses the connection, made for it if there is none. While it is used it does not count as idle.
   *
   * @throws {@link SessError} what the last try ended with if that failed a moment ago; `MCP_CLOSED`.
   */
  async use<Value>(work: (connected: Connected) => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    this.#users++
    clearTimeout(this.#idleTimer)
    try {
      return await work(await this.#alive(signal))
    } finally {
      this.#users--
      this.#usedAt = performance.now()
      if (this.#users === 0) this.#waitForUse()
    }
  }

  /** Connects if it is not, also if that failed a moment ago. */
  async connect(signal?: AbortSignal): Promise<void> {
    this.#retryAt = 0
    await this.use(async () => {}, signal)
  }

  /** For a server that has forgotten the session, or a connection that is over: another one in place of this one, at once. */
  async renew(lost: Connected, signal?: AbortSignal): Promise<Connected> {
    if (this.#connected === lost) {
      this.#connected = null
      // Not waited for: a connection that is given up may take its time to end.
      void lost.connection.close()
      this.#start('reconnecting', 0)
    }
    return await this.#whenConnected(signal)
  }

  /** Gives the connection back; the next use makes another one. */
  async disconnect(): Promise<void> {
    const { closeMs } = this.#host.timeouts
    const attempt = this.#attempt
    this.#stopAttempt?.abort(mcpError('MCP_CLOSED', this.#id, 'the client was disconnected'))
    if (attempt !== null) await settlesWithin(attempt, closeMs)
    const connected = this.#connected
    // Somebody wanted it again meanwhile.
    if (this.#state === 'closed' || this.#attempt !== null) return
    this.#connected = null
    this.#failures = 0
    this.#move('configured')
    if (connected !== null) await settlesWithin(connected.connection.close(), closeMs)
  }

  /**
   * Ends it for good: what is under way stops, what waits is refused.
   *
   * @returns whether it ended within `closeMs`; what has not goes on to end by itself.
   */
  close(): Promise<boolean> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<boolean> {
    clearTimeout(this.#idleTimer)
    const reason = mcpError('MCP_CLOSED', this.#id, 'the client was removed, or its session ended')
    const attempt = this.#attempt
    const connected = this.#connected
    this.#connected = null
    this.#move('closed')
    this.#closing.abort(reason)
    this.#stopAttempt?.abort(reason)
    const ended = (async () => {
      await attempt?.catch(() => {})
      await connected?.connection.close()
    })()
    return await settlesWithin(ended, this.#host.timeouts.closeMs)
  }

  async #alive(signal: AbortSignal | undefined): Promise<Connected> {
    const connected = await this.#whenConnected(signal)
    const inDoubt = performance.now() - Math.max(this.#usedAt, this.#connectedAt) >= doubtfulMs
    if (!inDoubt || (await answersPing(connected.connection, signal))) return connected
    return await this.renew(connected, signal)
  }

  async #whenConnected(signal: AbortSignal | undefined): Promise<Connected> {
    signal?.throwIfAborted()
    if (this.#state === 'closed') throw this.#closing.signal.reason
    if (this.#connected !== null) return this.#connected
    if (this.#attempt === null) {
      if (this.#state === 'failed' && performance.now() < this.#retryAt) throw this.#error
      this.#start('connecting', 0)
    }
    return await orAbort(this.#attempt ?? this.#whenConnected(signal), signal)
  }

  /** The one try to connect that there is at a time. `reconnecting` goes on after a failure, `connecting` leaves it to the next use. */
  #start(state: 'connecting' | 'reconnecting', delayMs: number): void {
    const stop = new AbortController()
    if (this.#closing.signal.aborted) stop.abort(this.#closing.signal.reason)
    this.#stopAttempt = stop
    const attempt = this.#tries(state, delayMs, stop.signal)
    this.#attempt = attempt
    // Whoever waits is told; if nobody does, the state says it.
    attempt.catch(() => {})
  }

  async #tries(state: 'connecting' | 'reconnecting', delayMs: number, signal: AbortSignal): Promise<Connected> {
    try {
      for (let waitMs = delayMs; ; waitMs = reconnectDelayMs(this.#failures)) {
        this.#move(state)
        await pause(waitMs, signal)
        try {
          return await this.#connectOnce(state, signal)
        } catch (error) {
          signal.throwIfAborted()
          this.#failures++
          this.#error = error
          if (state === 'connecting' || this.#failures >= maxFailures || isLasting(error)) throw error
        }
      }
    } catch (error) {
      if (!signal.aborted) this.#fail(error)
      throw error
    } finally {
      if (this.#stopAttempt?.signal === signal) {
        this.#attempt = null
        this.#stopAttempt = null
      }
    }
  }

  async #connectOnce(state: 'connecting' | 'reconnecting', signal: AbortSignal): Promise<Connected> {
    const generation = this.#host.nextGeneration()
    this.#generation = generation
    this.#move(state)
    const startedAt = performance.now()
    const connection = await openConnection(this.#id, this.#host, signal)
    try {
      signal.throwIfAborted()
      await this.#host.onConnected(connection, Math.round(performance.now() - startedAt))
      signal.throwIfAborted()
    } catch (error) {
      await settlesWithin(connection.close(), this.#host.timeouts.closeMs)
      throw error
    }
    const connected = { connection, generation }
    this.#connected = connected
    this.#connectedAt = performance.now()
    this.#error = null
    this.#move('ready')
    void connection.ended.then((end) => this.#lost(connected, end))
    if (this.#users === 0) this.#waitForUse()
    return connected
  }

  /** The server ended a connection that was good. */
  #lost(connected: Connected, { by, reason }: ConnectionEnd): void {
    if (this.#connected !== connected || by === 'us') return
    this.#connected = null
    const error = mcpError('MCP_NOT_CONNECTED', this.#id, `the connection was lost: ${reason}`)
    this.#failures = performance.now() - this.#connectedAt >= healthyMs ? 1 : this.#failures + 1
    this.#error = error
    if (this.#failures >= maxFailures) {
      this.#fail(error)
      return
    }
    this.#host.onFailed(failureOf(error), this.#generation)
    this.#start('reconnecting', reconnectDelayMs(this.#failures))
  }

  #fail(error: unknown): void {
    this.#error = error
    this.#retryAt = performance.now() + reconnectDelayMs(Math.max(1, this.#failures))
    this.#move('failed')
    this.#host.onFailed(failureOf(error), this.#generation)
  }

  #waitForUse(): void {
    const { idleMs } = this.#host.timeouts
    clearTimeout(this.#idleTimer)
    if (idleMs === null || this.#connected === null) return
    this.#idleTimer = setTimeout(() => {
      if (this.#users === 0) void this.disconnect()
    }, idleMs)
    this.#idleTimer.unref()
  }

  #move(to: ClientState): void {
    const from = this.#state
    if (from === to || from === 'closed') return
    this.#state = to
    this.#host.onTransition({ from, to, generation: this.#generation })
  }
}
