import type { ChatRecords } from './chat-records.ts'
import type { ContextValues } from './context-values.ts'
import type { MessageLog } from './message-log.ts'
import type { SessionRecords } from './session-records.ts'
import type { StoreLifecycle } from './store-lifecycle.ts'
import type { Turns } from './turns.ts'

/**
 * Where everything lives. One method is one atomic step, and on the hot paths (append, read, get, touch, context) one
 * round trip.
 *
 * A store does not cache, log, or read the caller's clock. It repeats a call by itself only where that is safe,
 * until the call's deadline, and then throws `STORE_UNAVAILABLE` with the `outcome` that is true. An aborted signal
 * rejects with its reason; if it was aborted before the call, nothing is sent.
 *
 * `testSessionStore` of `@sess/core/conformance` is the definition of this contract.
 */
export interface Store extends SessionRecords, ChatRecords, MessageLog, ContextValues, Turns, StoreLifecycle {}
