import { isSessError, type ResourceHolder, SessError } from '@sess/core'
import { assertAllowed } from '../config/assert-allowed.ts'
import type { ServerConfig } from '../config/server-config.ts'
import { mcpError } from '../mcp-error.ts'
import { type HeldClients, type HubParts, newServer } from './held-clients.ts'
import type { KeptServer, KeptServers } from './kept-servers.ts'
import { requiredFailed } from './list-tools.ts'

/** Gives the session a server, connected if it is `required`. See {@link McpClients.add}. */
export async function addServer(
  session: ResourceHolder,
  clients: HeldClients,
  { limits, options, http }: HubParts,
  config: ServerConfig,
  signal: AbortSignal | undefined,
): Promise<KeptServer> {
  const assertFree = (servers: KeptServers): void => assertRoom(servers, config.id, limits.serversPerSession)
  assertFree(await clients.servers(session, signal))
  await assertAllowed(config, options, http)
  const kept = newServer(config)
  await clients.change(
    session,
    (servers) => {
      assertFree(servers)
      servers.set(config.id, kept)
    },
    signal,
  )
  if (config.required === true) await connectOrUndo(session, clients, kept, signal)
  return kept
}

/** @throws {@link SessError} `MCP_SERVER_EXISTS`, `MCP_LIMIT`. */
function assertRoom(servers: KeptServers, id: string, limit: number): void {
  if (servers.has(id)) throw mcpError('MCP_SERVER_EXISTS', id, 'the session has a server of that id already')
  if (servers.size < limit) return
  const reason = `the session has ${limit} servers already`
  throw new SessError('MCP_LIMIT', `${id}: ${reason}`, { server: id, limit, unit: 'servers', reason })
}

async function connectOrUndo(
  session: ResourceHolder,
  clients: HeldClients,
  kept: KeptServer,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { id } = kept.config
  try {
    await clients.held(session, kept).client.connect(signal)
  } catch (error) {
    await clients.change(session, (servers) => {
      if (servers.get(id)?.revision === kept.revision) servers.delete(id)
    })
    await clients.drop(id)
    signal?.throwIfAborted()
    throw isSessError(error) ? requiredFailed(id, error) : error
  }
}
