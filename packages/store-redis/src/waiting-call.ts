import type { Sending } from './connection.ts'

/** What one call of a script is. */
export interface CallArguments {
  readonly keys: readonly string[]
  readonly args: readonly string[]
  /** What it takes of the bounds of a shared call. @default 1 */
  readonly weight?: number
}

/** One call that waits for its answer. */
export class WaitingCall {
  readonly what: CallArguments
  readonly weight: number
  readonly chars: number
  readonly deadline: number
  /** The attempt of the moment. */
  sending: Sending | null = null
  /** Why the last attempt failed. */
  lastError: unknown
  isSettled = false
  /** An attempt that was sent got no answer. */
  #isUncertain = false
  readonly #resolve: (reply: unknown) => void
  readonly #reject: (reason: unknown) => void
  readonly #signal: AbortSignal | undefined
  readonly #abort: (() => void) | null = null

  constructor(
    what: CallArguments,
    deadline: number,
    signal: AbortSignal | undefined,
    settle: { readonly resolve: (reply: unknown) => void; readonly reject: (reason: unknown) => void },
  ) {
    this.what = what
    this.weight = what.weight ?? 1
    this.chars = what.args.reduce((sum, arg) => sum + arg.length, 0)
    this.deadline = deadline
    this.#resolve = settle.resolve
    this.#reject = settle.reject
    this.#signal = signal
    if (signal === undefined) return
    this.#abort = () => this.reject(signal.reason)
    signal.addEventListener('abort', this.#abort, { once: true })
  }

  /** Whether it may have landed without an answer. */
  get mayHaveLanded(): boolean {
    return this.#isUncertain || this.sending?.wasSent() === true
  }

  /** Notes that an attempt ended without an answer. */
  fail(error: unknown, mayHaveLanded: boolean): void {
    const { sending } = this
    this.sending = null
    this.lastError = error
    if (sending?.wasSentAgain() || (mayHaveLanded && sending?.wasSent())) this.#isUncertain = true
  }

  resolve(reply: unknown): void {
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
