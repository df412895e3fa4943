import type { Sending, Way } from './connection.ts'
import { failureOf, unavailable } from './error-map.ts'

export interface RetryOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** A call that writes nothing leaves nothing uncertain. */
  readonly kind: 'read' | 'write'
  readonly way: Way
}

const firstPauseMs = 25
const longestPauseMs = 1000

/**
 * Makes attempts until one succeeds, fails for good, or time is up. Attempts must be idempotent: one that got no answer
 * may have landed.
 *
 * @throws the signal's reason; {@link SessError} `STORE_UNAVAILABLE` with the outcome that is true.
 */
export function retried<Reply>(attempt: () => Promise<Reply>, options: RetryOptions): Promise<Reply> {
  const { timeoutMs, signal, kind, way } = options
  return new Promise((resolve, reject) => {
    let isOver = false
    let mayHaveLanded = false
    let sending: Sending | null = null
    let tries = 0
    let pause: ReturnType<typeof setTimeout> | undefined
    let last: unknown

    const end = (): void => {
      isOver = true
      clearTimeout(timer)
      clearTimeout(pause)
      signal?.removeEventListener('abort', abort)
    }
    const abort = (): void => {
      end()
      reject(signal?.reason)
    }
    const fail = (sentence: string): void => {
      end()
      reject(unavailable(sentence, kind === 'write' && mayHaveLanded ? 'unknown' : 'not-written', last))
    }
    const timer = setTimeout(() => {
      if (sending?.wasSent()) mayHaveLanded = true
      last ??= way.trouble
      fail(last === null ? `Redis did not answer within ${timeoutMs} ms` : failureOf(last).sentence)
    }, timeoutMs)
    const onError = (error: unknown): void => {
      if (isOver) return
      const failure = failureOf(error)
      last = error
      if (sending?.wasSentAgain() || (failure.mayHaveLanded && sending?.wasSent())) mayHaveLanded = true
      sending = null
      if (failure.passes) pause = setTimeout(go, pauseMs(tries++))
      else fail(failure.sentence)
    }
    const go = (): void => {
      if (isOver) return
      const waiting = way.ready()
      if (waiting !== null) {
        waiting.then(go, onError)
        return
      }
      sending = way.watch()
      attempt().then((reply) => {
        if (isOver) return
        end()
        resolve(reply)
      }, onError)
    }

    signal?.addEventListener('abort', abort, { once: true })
    go()
  })
}

/** Longer each time, and spread, so that processes that failed together do not come back together. */
export function pauseMs(tries: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** tries) * (0.5 + Math.random() / 2)
}
