import type { ServerConfig } from '../config/server-config.ts'
import type { McpServerInfo } from '../driver/mcp-driver.ts'
import type { ClientFailure, ClientState } from './client-state.ts'
import type { HeldClients } from './held-clients.ts'
import type { KeptServer } from './kept-servers.ts'

/** One server of a session, and how its client in this process is. */
export interface ClientInfo {
  readonly id: string
  readonly config: ServerConfig
  readonly state: ClientState
  /** Which connection of the hub it is or was, 0 before the first. */
  readonly generation: number
  /** Why it failed or lost its connection, null if neither. */
  readonly failure: ClientFailure | null
  /** What the server says it is, null while there is no connection. Texts of a stranger. */
  readonly server: Pick<McpServerInfo, 'name' | 'version' | 'protocolVersion'> | null
}

/** How a server of a session is in this process. Nothing is connected. */
export function infoOf(clients: HeldClients, kept: KeptServer): ClientInfo {
  const { config } = kept
  const client = clients.peek(kept)?.client
  const { name, version, protocolVersion } = client?.connection?.server ?? {}
  const isKnown = name !== undefined && version !== undefined && protocolVersion !== undefined
  return Object.freeze({
    id: config.id,
    config,
    state: client?.state ?? 'configured',
    generation: client?.generation ?? 0,
    failure: client?.failure ?? null,
    server: isKnown ? Object.freeze({ name, version, protocolVersion }) : null,
  })
}
