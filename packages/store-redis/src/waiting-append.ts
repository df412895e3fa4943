import type { Sending } from './connection.ts'

/** Arguments of append-messages.lua for one lot. */
export interface AppendArguments {
  readonly keys: readonly [session: string, chat: string]
  readonly args: readonly string[]
  /** Messages in it. */
  readonly count: number
}

/** One append that waits for its answer. */
export class WaitingAppend {
  readonly what: AppendArguments
  readonly bytes: number
  readonly deadline: number
  /** The attempt of the moment. */
  sending: Sending | null = null
  isSettled = false
  /** An attempt that was sent got no answer. */
  #isUncertain = false
  readonly #resolve: (reply: string) => void
  readonly #reject: (reason: unknown) => void
  readonly #signal: AbortSignal | undefined
  readonly #abort: (() => void) | null = null

  constructor(
    what: AppendArguments,
    deadline: number,
    signal: AbortSignal | undefined,
    settle: { readonly resolve: (reply: string) => void; readonly reject: (reason: unknown) => void },
  ) {
    this.what = what
    this.bytes = what.args.reduce((sum, arg) => sum + arg.length, 0)
    this.deadline = deadline
    this.#resolve = settle.resolve
    this.#reject = settle.reject
    this.#signal = signal
    if (signal === undefined) return
    this.#abort = () => this.reject(signal.reason)
    signal.addEventListener('abort', this.#abort, { once: true })
  }

  /** Whether it may have landed without an answer. */
  get outcome(): 'not-written' | 'unknown' {
    return this.#isUncertain || this.sending?.wasSent() ? 'unknown' : 'not-written'
  }

  /** Notes that an attempt ended without an answer. */
  fail(mayHaveLanded: boolean): void {
    const { sending } = this
    this.sending = null
    if (sending?.wasSentAgain() || (mayHaveLanded && sending?.wasSent())) this.#isUncertain = true
  }

  resolve(reply: string): void {
    if (this.#settles()) this.#resolve(reply)
  }

  reject(reason: unknown): void {
    if (this.#settles()) this.#reject(reason)
  }

  #settles(): boolean {
    if (this.isSettled) return false
    this.isSettled = true
    if (this.#abort !== null) this.#signal?.removeEventListener('abort', this.#abort)
    return true
  }
}
