import { isSessError, type ResourceHolder, SessError } from '@sess/core'
import type { ListedTool } from '../tools/catalogue.ts'
import { type QuarantineReason, quarantineReason } from '../tools/pins.ts'
import type { HeldClients } from './held-clients.ts'
import type { KeptServer, KeptServers } from './kept-servers.ts'

/** A tool of a session's server as it was last listed. */
export interface SessionTool extends ListedTool {
  readonly server: string
  /** Why it is kept back, null if it can be called. */
  readonly quarantined: QuarantineReason | null
}

/**
 * All tools of the servers that can be reached, sorted by their public names; the servers are connected at the same time. One that
 * fails leaves its tools out, unless it is required.
 *
 * @throws {@link SessError} `MCP_REQUIRED_FAILED`.
 */
export async function listTools(
  session: ResourceHolder,
  clients: HeldClients,
  servers: KeptServers,
  signal: AbortSignal | undefined,
): Promise<readonly SessionTool[]> {
  const lists = await Promise.all([...servers.values()].map((kept) => toolsOf(session, clients, kept, signal)))
  // By code units: the same everywhere, so that a model's cache of prompts stays good.
  return lists.flat().toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** The tools of one server, those that are kept back among them. */
export async function toolsOfServer(
  session: ResourceHolder,
  clients: HeldClients,
  kept: KeptServer,
  signal: AbortSignal | undefined,
): Promise<readonly SessionTool[]> {
  const held = clients.held(session, kept)
  const { catalogue, pins } = await held.read((connected) => held.tools(connected, kept.pins), signal)
  return [...catalogue.tools.values()].map((tool) => {
    return Object.freeze({ ...tool, server: held.id, quarantined: quarantineReason(tool, pins) })
  })
}

async function toolsOf(
  session: ResourceHolder,
  clients: HeldClients,
  kept: KeptServer,
  signal: AbortSignal | undefined,
): Promise<readonly SessionTool[]> {
  try {
    return await toolsOfServer(session, clients, kept, signal)
  } catch (error) {
    signal?.throwIfAborted()
    // Only what a server is to blame for leaves the others usable.
    if (!isSessError(error) || !error.code.startsWith('MCP_')) throw error
    if (kept.config.required !== true) return []
    throw requiredFailed(kept.config.id, error)
  }
}

/** The error for a server without which the session is no use. */
export function requiredFailed(server: string, cause: SessError): SessError {
  const reason = `the server is required and can not be reached (${cause.code})`
  return new SessError('MCP_REQUIRED_FAILED', `${server}: ${reason}`, { server, reason }, { cause })
}
