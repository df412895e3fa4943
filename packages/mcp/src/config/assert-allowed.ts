import { SessError } from '@sess/core'
import type { GuardedFetch } from '../http/guarded-fetch.ts'
import type { McpHubOptions } from '../hub-options.ts'
import { aboutServer, configInvalid } from '../mcp-error.ts'
import { allowedCommand } from './command-policy.ts'
import { assertEnvironment } from './environment.ts'
import { hasReference } from './reference.ts'
import type { ServerConfig } from './server-config.ts'

/**
 * What the hub's policy says of a configuration before it is kept. It is asked again with each connection, as references may lead
 * elsewhere and another process may have another policy.
 *
 * @throws {@link SessError} `MCP_POLICY_DENIED`, `MCP_SPAWN_FAILED`, `MCP_FACTORY_MISSING`, `MCP_CONFIG_INVALID`.
 */
export async function assertAllowed(config: ServerConfig, hub: McpHubOptions, http: GuardedFetch): Promise<void> {
  const { id } = config
  if (config.transport === 'stdio') {
    const { command, args = [], env = {} } = config
    assertEnvironment(id, env, hub.variables ?? [])
    const rules = hub.commands ?? []
    // What arguments will be is known only when their references are replaced.
    const anyArgs = rules.map(({ command }) => ({ command, args: () => true }))
    await allowedCommand(id, command, args, args.some((arg) => arg.includes('${')) ? anyArgs : rules)
  } else if (config.transport === 'in-process') {
    if (!Object.hasOwn(hub.factories ?? {}, config.factory)) throw factoryMissing(id, config.factory)
  } else {
    if (config.auth?.type === 'oauth' && hub.oauth === undefined)
      throw configInvalid('auth.provider', 'needs a hub that has OAuth providers', { server: id })
    // Where references lead is known, and checked, with each request.
    if (!hasReference(config.url)) assertAddress(id, new URL(config.url), http)
  }
}

function assertAddress(server: string, url: URL, http: GuardedFetch): void {
  try {
    http.checkUrl(url)
  } catch (error) {
    throw aboutServer(error, server, 'MCP_POLICY_DENIED')
  }
}

export function factoryMissing(server: string, factory: string): SessError {
  const reason = 'this process has no such factory'
  return new SessError('MCP_FACTORY_MISSING', `${server}: ${reason}`, { server, factory, reason })
}
