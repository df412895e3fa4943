import type { AppendResult } from '@sess/core'
import type { Call } from '../connection/call.ts'
import type { AppendCall } from './append-plan.ts'

/** A call of `appendMessages` that is not answered yet. */
export class WaitingAppend {
  readonly call: Call
  readonly append: AppendCall
  readonly session: string
  /** What its messages take in a statement, at most. */
  readonly bytes: number
  readonly answer: Promise<AppendResult>
  /** Whether it is part of a flush that is under way. */
  isFlushing = false
  #resolve: (result: AppendResult) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #stop: () => void = () => {}

  constructor(call: Call, append: AppendCall) {
    this.call = call
    this.append = append
    this.session = append.sessionKey.toString('latin1')
    this.bytes = append.drafts.reduce((total, draft) => total + draft.bytes, 0)
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    const { signal } = call
    if (signal === undefined) return
    const abort = (): void => this.fail(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    this.#stop = () => signal.removeEventListener('abort', abort)
  }

  succeed(result: AppendResult): void {
    this.#stop()
    this.#resolve(result)
  }

  fail(error: unknown): void {
    this.#stop()
    this.#reject(error)
  }
}
