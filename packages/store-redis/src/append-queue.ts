import type { CallOptions } from '@sess/core'
import type { ScriptRunner } from './connection.ts'
import { failureOf, unavailable } from './error-map.ts'
import { tagOf } from './keys.ts'
import { pauseMs } from './retry.ts'
import { reportMark, type ScriptSettings } from './script.ts'
import { appendMessages } from './scripts.ts'
import { type AppendArguments, WaitingAppend } from './waiting-append.ts'

export interface QueueSettings extends ScriptSettings {
  readonly timeoutMs: number
  /** Takes what other slots must know. */
  readonly onReports: (reports: readonly string[], options: CallOptions | undefined) => Promise<void>
}

/** Appends that are sent together: all of one server that has all slots, or those of one owner's slot. */
interface Lane {
  readonly name: string
  readonly waiting: WaitingAppend[]
  underWay: number
  isScheduled: boolean
}

/** Bounds of one call. It is small, so that the server works on one while this process makes and reads others. */
const maxMessages = 32
const maxBytes = 1_048_576
const maxUnderWay = 3

/**
 * Sends appends that wait while a call is under way as one call. Each has its own answer; each is idempotent by the ids of its
 * messages, so that a call whose answer was lost is made again.
 */
export class AppendQueue {
  readonly #runner: ScriptRunner
  readonly #settings: QueueSettings
  readonly #lanes = new Map<string, Lane>()
  /** All that are not answered yet, oldest first. */
  readonly #unanswered = new Set<WaitingAppend>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(runner: ScriptRunner, settings: QueueSettings) {
    this.#runner = runner
    this.#settings = settings
  }

  /**
   * Appends one lot.
   *
   * @returns its reply or refusal.
   * @throws the signal's reason; {@link SessError} `STORE_UNAVAILABLE`.
   */
  append(what: AppendArguments, signal: AbortSignal | undefined): Promise<string> {
    const { timeoutMs, isSingle } = this.#settings
    return new Promise((resolve, reject) => {
      const lot = new WaitingAppend(what, performance.now() + timeoutMs, signal, { resolve, reject })
      this.#unanswered.add(lot)
      this.#watchDeadlines()
      const name = isSingle ? '' : tagOf(what.keys[0])
      const lane = this.#lanes.get(name) ?? { name, waiting: [], underWay: 0, isScheduled: false }
      this.#lanes.set(name, lane)
      lane.waiting.push(lot)
      this.#pump(lane)
    })
  }

  /** Alone, an append goes at once. While a call is under way, what comes in the same turn of the event loop goes together. */
  #pump(lane: Lane): void {
    if (lane.underWay === 0) this.#sendNext(lane)
    if (lane.waiting.length === 0 || lane.isScheduled) return
    lane.isScheduled = true
    setImmediate(() => {
      lane.isScheduled = false
      while (lane.underWay < maxUnderWay && lane.waiting.length > 0) this.#sendNext(lane)
    })
  }

  #sendNext(lane: Lane): void {
    const lots = take(lane)
    lane.underWay++
    void this.#send(lots, 0).finally(() => {
      lane.underWay--
      if (lane.waiting.length > 0) this.#pump(lane)
      else if (lane.underWay === 0) this.#lanes.delete(lane.name)
    })
  }

  async #send(lots: readonly WaitingAppend[], tries: number): Promise<void> {
    if (lots.length === 0) return
    const waiting = this.#runner.ready()
    if (waiting !== null) {
      const error = await waiting.then(
        () => null,
        (reason: unknown) => reason,
      )
      if (error !== null) return await this.#fail(lots, tries, error)
      return await this.#send(stillWaiting(lots), tries)
    }
    const sending = this.#runner.watch()
    const keys: string[] = []
    const args: string[] = []
    for (const lot of lots) {
      lot.sending = sending
      keys.push(...lot.what.keys)
      args.push(...lot.what.args)
    }
    try {
      const reply = (await this.#runner.run(appendMessages.compiled(this.#settings), keys, args)) as readonly unknown[]
      const [, replies, ...reports] = reply[0] === reportMark ? reply : [reportMark, reply]
      if (reports.length > 0) await this.#settings.onReports(reports as readonly string[], undefined)
      for (const [index, lot] of lots.entries()) {
        this.#unanswered.delete(lot)
        lot.resolve((replies as readonly string[])[index] ?? '')
      }
    } catch (error) {
      await this.#fail(lots, tries, error)
    }
  }

  async #fail(lots: readonly WaitingAppend[], tries: number, error: unknown): Promise<void> {
    const { passes, mayHaveLanded, sentence } = failureOf(error)
    for (const lot of lots) {
      lot.fail(mayHaveLanded)
      if (passes) continue
      this.#unanswered.delete(lot)
      lot.reject(unavailable(sentence, lot.outcome, error))
    }
    if (!passes) return
    await new Promise((resolve) => setTimeout(resolve, pauseMs(tries)))
    await this.#send(stillWaiting(lots), tries + 1)
  }

  /** One timer for all: a timer for each append would cost as much as a tenth of the append. */
  #watchDeadlines(): void {
    if (this.#timer !== undefined) return
    const { timeoutMs } = this.#settings
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined
        const now = performance.now()
        for (const lot of this.#unanswered) {
          if (!lot.isSettled && lot.deadline > now) break
          this.#unanswered.delete(lot)
          lot.reject(unavailable(`Redis did not answer within ${timeoutMs} ms`, lot.outcome))
        }
        if (this.#unanswered.size > 0) this.#watchDeadlines()
      },
      Math.min(100, timeoutMs),
    )
    // The connection is what keeps the process, not this.
    this.#timer.unref()
  }
}

/** The lots of the next call, oldest first. A lot larger than the bounds goes alone. */
function take({ waiting }: Lane): readonly WaitingAppend[] {
  let messages = 0
  let bytes = 0
  let count = 0
  for (const lot of waiting) {
    messages += lot.what.count
    bytes += lot.bytes
    if (count > 0 && (messages > maxMessages || bytes > maxBytes)) break
    count++
  }
  return stillWaiting(waiting.splice(0, count))
}

function stillWaiting(lots: readonly WaitingAppend[]): readonly WaitingAppend[] {
  return lots.filter((lot) => !lot.isSettled)
}
