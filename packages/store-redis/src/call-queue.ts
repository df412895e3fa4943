import type { CallOptions, SessError } from '@sess/core'
import type { ScriptRunner } from './connection.ts'
import { failureOf, unavailable } from './error-map.ts'
import { tagOf } from './keys.ts'
import { pauseMs } from './retry.ts'
import { reportMark, type Script, type ScriptSettings } from './script.ts'
import { type CallArguments, WaitingCall } from './waiting-call.ts'

export interface QueueSettings extends ScriptSettings {
  readonly timeoutMs: number
  /** Takes what other slots must know. */
  readonly onReports: (reports: readonly string[], options: CallOptions | undefined) => Promise<void>
}

/** Calls that are sent together: all of one server that has all slots, or those of one owner's slot. */
interface Lane {
  readonly name: string
  readonly waiting: WaitingCall[]
  underWay: number
  isScheduled: boolean
}

/** Bounds of one shared call. It is small, so that the server works on one while this process makes and reads others. */
const maxWeight = 32
const maxChars = 1_048_576
const maxUnderWay = 3

/**
 * Sends calls of one script that wait while another is under way as one call; see shared.lua. Each has its own answer, and each is
 * idempotent, so that a shared call whose answer was lost is made again.
 */
export class CallQueue {
  readonly #script: Script
  readonly #runner: ScriptRunner
  readonly #settings: QueueSettings
  readonly #lanes = new Map<string, Lane>()
  /** All that are not answered yet. */
  readonly #unanswered = new Set<WaitingCall>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(script: Script, runner: ScriptRunner, settings: QueueSettings) {
    this.#script = script
    this.#runner = runner
    this.#settings = settings
  }

  /**
   * Makes one call.
   *
   * @returns its reply or refusal.
   * @throws the signal's reason; {@link SessError} `STORE_UNAVAILABLE`.
   */
  ask(what: CallArguments, deadline: number, signal: AbortSignal | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call = new WaitingCall(what, deadline, signal, { resolve, reject })
      this.#unanswered.add(call)
      this.#watchDeadlines()
      const name = this.#settings.isSingle ? '' : tagOf(what.keys[0] ?? '')
      const lane = this.#lanes.get(name) ?? { name, waiting: [], underWay: 0, isScheduled: false }
      this.#lanes.set(name, lane)
      lane.waiting.push(call)
      this.#pump(lane)
    })
  }

  /** Alone, a call goes at once. While one is under way, what comes in the same turn of the event loop goes together. */
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
    const calls = take(lane)
    lane.underWay++
    void this.#send(calls, 0).finally(() => {
      lane.underWay--
      if (lane.waiting.length > 0) this.#pump(lane)
      else if (lane.underWay === 0) this.#lanes.delete(lane.name)
    })
  }

  async #send(calls: readonly WaitingCall[], tries: number): Promise<void> {
    if (calls.length === 0) return
    const waiting = this.#runner.ready()
    if (waiting !== null) {
      const error = await waiting.then(
        () => null,
        (reason: unknown) => reason,
      )
      if (error !== null) return await this.#fail(calls, tries, error)
      return await this.#send(stillWaiting(calls), tries)
    }
    const sending = this.#runner.watch()
    const keys: string[] = []
    const args: string[] = []
    const sizes: number[] = []
    for (const call of calls) {
      call.sending = sending
      keys.push(...call.what.keys)
      args.push(...call.what.args)
      sizes.push(call.what.args.length)
    }
    args.push(sizes.join(' '))
    try {
      const reply = (await this.#runner.run(this.#script.compiled(this.#settings), keys, args)) as readonly unknown[]
      const [, replies, ...reports] = reply[0] === reportMark ? reply : [reportMark, reply]
      if (reports.length > 0) await this.#settings.onReports(reports as readonly string[], undefined)
      for (const [index, call] of calls.entries()) {
        this.#unanswered.delete(call)
        const own = (replies as readonly unknown[])[index]
        if (own === '!WRONGTYPE') call.reject(this.#unavailable('a key of the store holds something else', true))
        else call.resolve(own)
      }
    } catch (error) {
      await this.#fail(calls, tries, error)
    }
  }

  async #fail(calls: readonly WaitingCall[], tries: number, error: unknown): Promise<void> {
    const { passes, mayHaveLanded, sentence } = failureOf(error)
    for (const call of calls) {
      call.fail(error, mayHaveLanded)
      if (passes) continue
      this.#unanswered.delete(call)
      call.reject(this.#unavailable(sentence, call.mayHaveLanded, error))
    }
    if (!passes) return
    await new Promise((resolve) => setTimeout(resolve, pauseMs(tries)))
    await this.#send(stillWaiting(calls), tries + 1)
  }

  /** One timer for all: a timer for each call would cost as much as a tenth of an append. */
  #watchDeadlines(): void {
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined
        const now = performance.now()
        for (const call of this.#unanswered) {
          if (!call.isSettled && call.deadline > now) continue
          this.#unanswered.delete(call)
          call.reject(this.#late(call))
        }
        if (this.#unanswered.size > 0) this.#watchDeadlines()
      },
      Math.min(100, this.#settings.timeoutMs),
    )
    // The connection is what keeps the process, not this.
    this.#timer.unref()
  }

  #late({ lastError, mayHaveLanded }: WaitingCall): SessError {
    const error = lastError ?? this.#runner.trouble
    const { timeoutMs } = this.#settings
    if (error === null) return this.#unavailable(`Redis did not answer within ${timeoutMs} ms`, mayHaveLanded)
    return this.#unavailable(failureOf(error).sentence, mayHaveLanded, error)
  }

  /** A call that writes nothing leaves nothing uncertain. */
  #unavailable(sentence: string, mayHaveLanded: boolean, cause?: unknown): SessError {
    return unavailable(sentence, mayHaveLanded && this.#script.kind === 'write' ? 'unknown' : 'not-written', cause)
  }
}

/** The calls of the next shared call, oldest first. One larger than the bounds goes alone. */
function take({ waiting }: Lane): readonly WaitingCall[] {
  let weight = 0
  let chars = 0
  let count = 0
  for (const call of waiting) {
    weight += call.weight
    chars += call.chars
    if (count > 0 && (weight > maxWeight || chars > maxChars)) break
    count++
  }
  return stillWaiting(waiting.splice(0, count))
}

function stillWaiting(calls: readonly WaitingCall[]): readonly WaitingCall[] {
  return calls.filter((call) => !call.isSettled)
}
