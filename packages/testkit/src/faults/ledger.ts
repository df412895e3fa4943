import { type ChatRef, isSessError } from '@sess/core'

/** What became of one message that a writer sent. */
export interface Sent {
  readonly writer: number
  readonly id: string
  readonly content: string
  /** What the store said last: where it is, that it was not written, or that nobody knows. */
  readonly outcome: { readonly seq: number } | 'not-written' | 'unknown'
}

/** A call that failed. */
export interface Failure {
  readonly call: string
  readonly code: string
  readonly outcome: 'not-written' | 'unknown' | null
  readonly tookMs: number
  /** What the driver said. */
  readonly cause: string
}

/** What was asked of a store, and what it answered: the truth that it is held to afterwards. */
export class Ledger {
  readonly sent: Map<string, { readonly chat: ChatRef; readonly messages: Sent[] }> = new Map()
  readonly failures: Failure[] = []
  /** Ids of sessions whose creation was acknowledged, and not their removal. */
  readonly sessions: Set<string> = new Set()
  /** Ids of sessions whose removal was acknowledged. */
  readonly removed: Set<string> = new Set()
  /** Ids of sessions that were said not to be made. */
  readonly refused: Set<string> = new Set()
  /** Fences of the turns of each chat, in the order they were granted. */
  readonly fences: Map<string, number[]> = new Map()
  acknowledged = 0

  note(chat: ChatRef, message: Sent): void {
    const entry = this.sent.get(chat.id) ?? { chat, messages: [] }
    this.sent.set(chat.id, entry)
    entry.messages.push(message)
    if (typeof message.outcome === 'object') this.acknowledged++
  }

  /** Runs a call and notes how it failed; null if it did. */
  async during<Value>(call: string, work: () => Promise<Value>): Promise<Value | Failure> {
    const startedAt = performance.now()
    try {
      return await work()
    } catch (error) {
      const code = isSessError(error) ? error.code : `${error}`
      const outcome = isSessError(error, 'STORE_UNAVAILABLE') ? error.details.outcome : null
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : ''
      const tookMs = Math.round(performance.now() - startedAt)
      const failure: Failure = Object.freeze({ call, code, outcome, tookMs, cause })
      this.failures.push(failure)
      return failure
    }
  }
}

export function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && 'call' in value && 'cause' in value
}
