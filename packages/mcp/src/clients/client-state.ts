import type { SessErrorCode } from '@sess/core'

/**
 * Where a client of this process is. `configured`: not connected, and connected by the next use. `failed`: the next use after a while
 * tries again. `closed`: removed, or its session ended.
 */
export type ClientState = 'configured' | 'connecting' | 'ready' | 'reconnecting' | 'failed' | 'closed'

/** One step from one state to another. */
export interface Transition {
  readonly from: ClientState
  readonly to: ClientState
  /** Grows with each connection that is tried, in the whole hub. */
  readonly generation: number
}

/** Why a client could not be connected, or lost its connection. */
export interface ClientFailure {
  readonly code: SessErrorCode | 'UNKNOWN'
  /** One sentence without content and secrets. */
  readonly reason: string
}
