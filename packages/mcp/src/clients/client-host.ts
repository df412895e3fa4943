import type { McpConnection, McpDriver } from '../driver/mcp-driver.ts'
import type { McpEndpoint } from '../driver/mcp-endpoint.ts'
import type { McpTimeouts } from '../hub-options.ts'
import type { ClientFailure, Transition } from './client-state.ts'

/** What a client needs of whoever holds it. */
export interface ClientHost {
  readonly driver: McpDriver
  readonly timeouts: McpTimeouts
  readonly nextGeneration: () => number
  /** Where the server is now. */
  readonly open: (signal: AbortSignal) => Promise<McpEndpoint>
  readonly onTransition: (transition: Transition) => void
  /** Waited for: a connection that can't be audited is not used. */
  readonly onConnected: (connection: McpConnection, durationMs: number) => Promise<void>
  readonly onFailed: (failure: ClientFailure, generation: number) => void
  readonly onToolsChanged: () => void
  readonly onWarning: (warning: string) => void
}

/** A connection, and which of them it is. */
export interface Connected {
  readonly connection: McpConnection
  readonly generation: number
}
