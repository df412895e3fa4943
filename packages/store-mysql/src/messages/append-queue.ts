import type { AppendResult } from '@sess/core'
import { type Call, timeLeft } from '../connection/call.ts'
import { DriverError, timedOut } from '../connection/driver-error.ts'
import { unavailable } from '../connection/unavailable.ts'
import type { StoreParts } from '../store-parts.ts'
import { AppendLane } from './append-lane.ts'
import type { AppendCall } from './append-plan.ts'
import { WaitingAppend } from './waiting-append.ts'

/** Messages of one flush, at most: more would only make everybody's answer later. */
const maxMessages = 128
/** Calls that may wait. More would only wait until their deadline. */
const maxWaiting = 10_000
/**
 * Flushes at once. While the server works on one, the next is prepared; but two small ones cost more than one large one, so
 * the second one needs so many calls that wait.
 */
const maxLanes = 2
const waitingForAnotherLane = 48
/** After its deadline a call that is being flushed still waits so long to be told what became of it. */
const graceMs = 100

/**
 * Groups the appends of concurrent callers: while a flush is under way the next ones gather, and go together. A call
 * that finds nobody before it goes at once.
 */
export class AppendQueue {
  readonly #lanes: readonly AppendLane[]
  readonly #maxBytes: () => number
  /** All that are not answered yet, in the order they came, which is that of their deadlines. */
  readonly #open = new Set<WaitingAppend>()
  /** Those of them that no lane has taken. */
  #waiting: WaitingAppend[] = []
  #isWoken = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(parts: StoreParts) {
    this.#lanes = Array.from({ length: maxLanes }, () => new AppendLane(parts))
    this.#maxBytes = () => parts.limits.statementBytes
  }

  async append(call: Call, append: AppendCall): Promise<AppendResult> {
    call.signal?.throwIfAborted()
    if (this.#waiting.length >= maxWaiting) throw unavailable(overloaded(), false)
    const waiting = new WaitingAppend(call, append)
    this.#open.add(waiting)
    this.#waiting.push(waiting)
    this.#wake()
    this.#watch()
    try {
      return await waiting.answer
    } finally {
      this.#open.delete(waiting)
      if (!waiting.isFlushing) this.#waiting = this.#waiting.filter((other) => other !== waiting)
    }
  }

  /** Gives back the connections of the lanes. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await Promise.all(this.#lanes.map((lane) => lane.close()))
  }

  /** Not at once: those who call in the same tick go together, and so do those who were just answered and call again. */
  #wake(): void {
    if (this.#isWoken) return
    this.#isWoken = true
    setImmediate(() => {
      this.#isWoken = false
      this.#start()
    })
  }

  #start(): void {
    const idle = this.#lanes.filter(({ isBusy }) => !isBusy)
    for (const [index, lane] of idle.entries()) {
      const isFirst = index === 0 && idle.length === this.#lanes.length
      if (this.#waiting.length < (isFirst ? 1 : waitingForAnotherLane)) return
      const batch = this.#take()
      if (batch.length === 0) return
      void lane.flush(batch).then(() => this.#wake())
    }
  }

  /** The next calls, in the order they came. Those of a session that is being flushed wait, which also keeps their order. */
  #take(): readonly WaitingAppend[] {
    const batch: WaitingAppend[] = []
    const rest: WaitingAppend[] = []
    let messages = 0
    let bytes = 0
    let isFull = false
    for (const waiting of this.#waiting) {
      messages += waiting.append.drafts.length
      bytes += waiting.bytes
      // Once one stays behind because the flush is full, so do all: nobody is overtaken.
      isFull ||= batch.length > 0 && (messages > maxMessages || bytes > this.#maxBytes())
      if (isFull || this.#lanes.some((lane) => lane.has(waiting.session))) rest.push(waiting)
      else batch.push(waiting)
    }
    this.#waiting = rest
    return batch
  }

  /** One timer for all: the first is always the next one to be late. */
  #watch(): void {
    if (this.#timer !== undefined) return
    const [first] = this.#open
    if (first === undefined) return
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined
        for (const waiting of this.#open) {
          const lateBy = performance.now() - waiting.call.deadlineAt
          if (lateBy < 0) break
          // A flush with the same deadline is about to tell more than that.
          if (!waiting.isFlushing || lateBy > graceMs) waiting.fail(unavailable(timedOut(), waiting.isFlushing))
        }
        this.#watch()
      },
      Math.max(10, timeLeft(first.call)),
    )
    this.#timer.unref()
  }
}

function overloaded(): DriverError {
  return new DriverError('OVERLOADED', 0, 'fail', 'too many appends wait', false)
}
