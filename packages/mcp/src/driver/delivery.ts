import { AsyncLocalStorage } from 'node:async_hooks'
import type { SessError } from '@sess/core'
import type { McpProgress } from './mcp-driver.ts'

/** What is known of one request on its way to the server. The library tells too little to say whether it may have been acted on. */
export interface Delivery {
  /** From here on the server may act on it. */
  sent: boolean
  /** The server has answered it, with a result or an error. */
  answered: boolean
  /** Why the server can't have acted on it although it was sent. */
  refusal: SessError | undefined
  /** The stream its answer was to come on may be asked for again, and the library does so. */
  resumable: boolean
  /** The server tells how far it is. */
  progress: (progress: McpProgress) => void
  /** Nobody waits for it any more. */
  finish: () => void
  /** Tells whoever waits that no answer will come. */
  fail: (error: SessError) => void
}

/** The request on whose behalf the library is acting, as far as its own calls reach. */
export const delivery: AsyncLocalStorage<Delivery | undefined> = new AsyncLocalStorage()
